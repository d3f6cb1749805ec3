import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { version } from '../version.ts';
import { readArguments, USAGE, type Arguments } from './arguments.ts';
import { check, type Report } from './check.ts';
import { plain } from './plain.ts';
import { sarif } from './sarif.ts';

/** Where the command writes. */
export interface Terminal {
  readonly cwd: string;
  out(text: string): void;
  error(text: string): void;
}

/** The command: 0 nothing found, 1 raw calls found, 2 it could not look. What no parser reads is noted and passed over. */
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

async function run(args: Arguments, terminal: Terminal): Promise<0 | 1 | 2> {
  const reports: Report[] = [];
  for (const path of args.paths) reports.push(await check(path, args));
  const report: Report = {
    files: reports.reduce((sum, { files }) => sum + files, 0),
    rewritten: reports.reduce((sum, { rewritten }) => sum + rewritten, 0),
    findings: reports.flatMap(({ findings }) => findings),
    unread: reports.flatMap(({ unread }) => unread),
  };
  const text = args.format === 'sarif' ? sarif(report, terminal.cwd) : plain(report, terminal.cwd);
  if (args.output === undefined) terminal.out(text);
  else writeFileSync(args.output, text);
  for (const { file, message } of report.unread)
    terminal.error(`skipped ${relative(terminal.cwd, file)}, which no parser here reads: ${message}\n`);
  return report.findings.length > 0 ? 1 : 0;
}
