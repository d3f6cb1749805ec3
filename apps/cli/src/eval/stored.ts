import { resolve } from 'node:path';
import type { Evaluation } from '@majordomo/evals';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { throwStop } from '../program/throw-stop.ts';
import { loadEvals, publish, type Evals, type VerdictFlags } from './publish.ts';

/** Options of `majordomo eval show`. */
export interface ShowFlags {
  readonly case?: string;
  readonly failed?: true;
}

/** Implements `majordomo eval compare`. Compares two stored evaluations of the same name. */
export async function compare(base: string, file: string, flags: VerdictFlags, io: Io): Promise<ExitCode> {
  const evals = await loadEvals(flags, io);
  return publish(evals.compare(await read(base, evals, io), await read(file, evals, io)), evals, flags, io);
}

/** Implements `majordomo eval show`. Prints a stored evaluation and its samples. */
export async function showStored(file: string, flags: ShowFlags, io: Io): Promise<ExitCode> {
  const evals = await loadEvals({}, io);
  const evaluation = await read(file, evals, io);
  // Without `--case`, every sample matches.
  const ofCase = evaluation.samples.filter((sample) => sample.case === (flags.case ?? sample.case));
  if (ofCase.length === 0) throw new Stop(`${file} has no case ${JSON.stringify(flags.case)}`);
  await publish(evaluation, evals, {}, io);
  for (const sample of ofCase)
    if (flags.failed !== true || evals.isFailed(sample))
      io.stdout.write(`\n${wrapText(evals.toText(sample), io.stdout.columns, 2)}\n`);
  return EXIT.ok;
}

/** Reads an evaluation. Throws `Stop` for a file that is missing or invalid. */
const read = (file: string, { readEvaluation }: Evals, { cwd }: Io): Promise<Evaluation> =>
  readEvaluation(resolve(cwd, file)).catch(throwStop);
