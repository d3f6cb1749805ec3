import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { Evaluation, Verdict } from '@majordomo/evals';
import { EXIT, Stop, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { loadPackage } from '../load-package.ts';

export type Evals = typeof import('@majordomo/evals');

/** Options of a command that returns a verdict. */
export interface VerdictFlags {
  /** Files of reports. */
  readonly report?: readonly string[];
  readonly allowInconclusive?: true;
}

/** Reports by the extension of their file. */
const REPORTS: Readonly<
  Record<string, (file: string, evaluation: Evaluation, evals: Evals) => Promise<void>>
> = {
  '.md': (file, evaluation, { toMarkdown }) => writeFile(file, toMarkdown(evaluation)),
  '.xml': (file, evaluation, { toJUnit }) => writeFile(file, toJUnit(evaluation)),
  '.html': (file, evaluation, { toHtml }) => writeFile(file, toHtml(evaluation)),
  '.jsonl': (file, evaluation, { writeEvaluation }) => writeEvaluation(file, evaluation),
};

/** Loads the package. Throws `Stop` for a report with an unknown extension. */
export async function loadEvals({ report = [] }: VerdictFlags, { cwd }: Io): Promise<Evals> {
  const unknown = report.find((file) => !Object.hasOwn(REPORTS, extname(file)));
  if (unknown !== undefined)
    throw new Stop(`--report ${unknown}: the extension must be one of ${Object.keys(REPORTS).join(', ')}`);
  return (await loadPackage('@majordomo/evals', cwd, 'majordomo eval')) as Evals;
}

/** Prints an evaluation, writes its reports and returns its exit code. `isOneOf`: names of reports contain its name. */
export async function publish(
  evaluation: Evaluation,
  evals: Evals,
  { report = [], allowInconclusive }: VerdictFlags,
  { cwd, stdout }: Io,
  isOneOf = false,
): Promise<ExitCode> {
  const columns = Number.isFinite(stdout.columns) ? stdout.columns : undefined;
  stdout.write(`${evals.toTable(evaluation, { color: stdout.colour, columns })}\n`);
  for (const given of report) {
    const extension = extname(given);
    const name = `${given.slice(0, -extension.length)}${isOneOf ? `-${evaluation.name}` : ''}${extension}`;
    await mkdir(dirname(resolve(cwd, name)), { recursive: true });
    await REPORTS[extension]?.(resolve(cwd, name), evaluation, evals);
  }
  const isAllowed = evaluation.verdict === 'inconclusive' && allowInconclusive === true;
  return isAllowed ? EXIT.ok : CODES[evaluation.verdict];
}

const CODES: Readonly<Record<Verdict, ExitCode>> = {
  pass: EXIT.ok,
  fail: EXIT.failed,
  inconclusive: EXIT.inconclusive,
  incomplete: EXIT.incomplete,
};
