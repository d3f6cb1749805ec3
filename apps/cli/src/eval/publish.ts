import { mkdir, writeFile } from 'node:fs/promises';
import { extname, parse, resolve } from 'node:path';
import type { Evaluation, Verdict } from '@majordomo/evals';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';
import { reasonOf } from '../program/reason.ts';

/** Exports of `@majordomo/evals`. */
export type Evals = typeof import('@majordomo/evals');

/** Options of a command that returns a verdict. */
export interface VerdictFlags {
  /** Paths of the reports to write. */
  readonly report?: readonly string[];
  readonly allowInconclusive?: true;
}

type ReportWriter = (file: string, evaluation: Evaluation, evals: Evals) => Promise<void>;
/** Functions that write a report, by file extension. */
const REPORTS: Readonly<Record<string, ReportWriter>> = {
  '.md': (file, evaluation, { toMarkdown }) => writeFile(file, toMarkdown(evaluation)),
  '.xml': (file, evaluation, { toJUnit }) => writeFile(file, toJUnit(evaluation)),
  '.html': (file, evaluation, { toHtml }) => writeFile(file, toHtml(evaluation)),
  '.jsonl': (file, evaluation, { writeEvaluation }) => writeEvaluation(file, evaluation),
};

/** Loads `@majordomo/evals`. Throws `Stop` for a report with an unknown extension. */
export async function loadEvals({ report = [] }: VerdictFlags, { cwd }: Io): Promise<Evals> {
  const unknown = report.find((file) => !Object.hasOwn(REPORTS, extname(file)));
  if (unknown !== undefined)
    throw new Stop(`--report ${unknown}: the extension must be one of ${Object.keys(REPORTS).join(', ')}`);
  return (await loadPackage('@majordomo/evals', cwd, 'majordomo eval')) as Evals;
}

/** Prints an evaluation, writes its reports and returns its exit code. `addsName`: whether the names of the files end with its name. */
export async function publish(
  evaluation: Evaluation,
  evals: Evals,
  { report = [], allowInconclusive }: VerdictFlags,
  { cwd, stdout }: Io,
  addsName = false,
): Promise<ExitCode> {
  const columns = Number.isFinite(stdout.columns) ? stdout.columns : undefined;
  stdout.write(`${evals.toTable(evaluation, { color: stdout.hasColor, columns })}\n`);
  for (const given of report) {
    const { dir, name, ext } = parse(resolve(cwd, given));
    const file = `${dir}/${name}${addsName ? `-${evaluation.name}` : ''}${ext}`;
    await writeReport(given, dir, () => REPORTS[ext]?.(file, evaluation, evals));
  }
  return exitOf(evaluation.verdict, allowInconclusive);
}

/** Creates the folder of a report and writes the report. Throws `Stop` with the name that the user gave. */
export async function writeReport(
  given: string,
  folder: string,
  write: () => Promise<void> | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true })
    .then(write)
    .catch((error: unknown) => {
      throw new Stop(`--report ${given}: ${reasonOf(error)}`);
    });
}

/** Returns the exit code of a verdict. */
export const exitOf = (verdict: Verdict, allowInconclusive: true | undefined): ExitCode =>
  verdict === 'inconclusive' && allowInconclusive === true ? EXIT.ok : CODES[verdict];

const CODES: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.ok,
  fail: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  incomplete: EXIT.incomplete,
};
