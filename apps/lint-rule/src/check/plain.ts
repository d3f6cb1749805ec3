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
  const rawCalls = findings.filter(({ rule }) => rule !== RETRIES_RULE);
  const clients = retryingClients(findings.length - rawCalls.length);
  if (rawCalls.length === 0) return `No raw calls in ${checked}.${clients}${fixed}`;
  const reportedFiles = new Set(rawCalls.map(({ file }) => file)).size;
  return `${rawCalls.length} raw call${rawCalls.length === 1 ? '' : 's'} in ${reportedFiles} of ${checked}.${clients}${fixed}`;
}

/** Rule of provider packages, which may call models directly. Its findings are not raw calls. */
const RETRIES_RULE = 'no-sdk-retries';

function retryingClients(count: number): string {
  if (count === 0) return '';
  return ` ${count} SDK client${count === 1 ? '' : 's'} may retry by ${count === 1 ? 'itself' : 'themselves'}.`;
}
