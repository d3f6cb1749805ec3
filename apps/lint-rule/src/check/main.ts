import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { version } from '../version.ts';
import { readArguments, USAGE, type LintArguments } from './arguments.ts';
import { check, type LintReport } from './check.ts';
import { formatPlain } from './plain.ts';
import { formatSarif } from './sarif.ts';

/** Working directory and output streams of the command. */
export interface Terminal {
  readonly cwd: string;
  out(text: string): void;
  error(text: string): void;
}

/**
 * Runs the command and returns its exit code: 0 without findings, 1 with findings, and 2 if the check failed. Skips files that cannot be
 * parsed, and reports them.
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const args = readArguments(argv);
    if (args === 'help') terminal.out(USAGE);
    else if (args === 'version') terminal.out(`${version}\n`);
    else return await run(args, terminal);
    return 0;
  } catch (error) {
    terminal.error(`majordomo-lint: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function run(args: LintArguments, terminal: Terminal): Promise<0 | 1 | 2> {
  const reports: LintReport[] = [];
  for (const path of args.paths) reports.push(await check(path, args));
  const report: LintReport = {
    files: reports.reduce((sum, { files }) => sum + files, 0),
    rewritten: reports.reduce((sum, { rewritten }) => sum + rewritten, 0),
    findings: reports.flatMap(({ findings }) => findings),
    skipped: reports.flatMap(({ skipped }) => skipped),
  };
  const text =
    args.format === 'sarif' ? formatSarif(report, terminal.cwd) : formatPlain(report, terminal.cwd);
  if (args.output === undefined) terminal.out(text);
  else writeFileSync(args.output, text);
  for (const { file, message } of report.skipped)
    terminal.error(`skipped ${relative(terminal.cwd, file)}, because it cannot be parsed: ${message}\n`);
  return report.findings.length > 0 ? 1 : 0;
}
