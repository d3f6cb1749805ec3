import { relative } from 'node:path';
import type { Report } from './check.ts';

/** One line a finding, as editors and terminals link it, and one line that sums up. */
export function plain(report: Report, cwd: string): string {
  const lines = report.findings.map(
    ({ file, line, column, rule, message }) =>
      `${relative(cwd, file)}:${line}:${column}  ${rule}  ${message}`,
  );
  return [...lines, summary(report), ''].join('\n');
}

function summary({ files, rewritten, findings, unread }: Report): string {
  const fixed = rewritten === 0 ? '' : ` Rewrote ${rewritten} file${rewritten === 1 ? '' : 's'}.`;
  const skipped = unread.length === 0 ? '' : ` (${unread.length} skipped)`;
  const looked = `${files} file${files === 1 ? '' : 's'}${skipped}`;
  if (findings.length === 0) return `No raw calls in ${looked}.${fixed}`;
  const touched = new Set(findings.map(({ file }) => file)).size;
  return `${findings.length} raw call${findings.length === 1 ? '' : 's'} in ${touched} of ${looked}.${fixed}`;
}
