import { relative } from 'node:path';
import type { LintReport } from './check.ts';

/** Formats one line per finding, and a summary. Editors and terminals can show the location of a finding as a link. */
export function formatPlain(report: LintReport, cwd: string): string {
  const lines = report.findings.map(
    ({ file, line, column, rule, message }) =>
      `${relative(cwd, file)}:${line}:${column}  ${rule}  ${message}`,
  );
  return [...lines, summary(report), ''].join('\n');
}

function summary({ files, rewritten, findings, skipped }: LintReport): string {
  const fixed = rewritten === 0 ? '' : ` Rewrote ${rewritten} file${rewritten === 1 ? '' : 's'}.`;
  const note = skipped.length === 0 ? '' : ` (${skipped.length} skipped)`;
  const checked = `${files} file${files === 1 ? '' : 's'}${note}`;
  if (findings.length === 0) return `No raw calls in ${checked}.${fixed}`;
  const reportedFiles = new Set(findings.map(({ file }) => file)).size;
  return `${findings.length} raw call${findings.length === 1 ? '' : 's'} in ${reportedFiles} of ${checked}.${fixed}`;
}
