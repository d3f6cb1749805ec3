import { resolve } from 'node:path';
import type { CalibrationRow, Labeled } from '@majordomo/classify';
import type { Basis, Questions } from '@majordomo/core';
import { openSpec } from '../backends/open.ts';
import { loadSettings } from '../config/settings.ts';
import { checkWritable, writeOutput } from '../files/output-file.ts';
import { jsonLines, readJson } from '../files/read-json.ts';
import { positiveInteger } from '../program/positive-integer.ts';
import { EXIT, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { throwStop } from '../program/throw-stop.ts';
import { loadPackage } from '../program/load-package.ts';
import { writeJson } from '../terminal/write-json.ts';

/** Options of `majordomo calibrate`. */
export interface CalibrateFlags {
  readonly questions: string;
  readonly examples: string;
  readonly output?: string;
  readonly basis?: readonly string[];
  readonly concurrency?: string;
}

type Package = typeof import('@majordomo/classify');

/**
 * Implements `majordomo calibrate`. Sends labeled examples to each target, and prints the quality of each curve on standard error. The
 * calibration is written to a file or to standard output.
 */
export async function calibrate(spec: string, flags: CalibrateFlags, io: Io): Promise<ExitCode> {
  // The files are only parsed here. `learnCalibration` checks their content, and its errors are thrown as `Stop`.
  const concurrency =
    flags.concurrency === undefined ? undefined : positiveInteger('--concurrency', flags.concurrency);
  const questions = (await readJson(resolve(io.cwd, flags.questions), flags.questions)) as Questions;
  const examples: Labeled[] = [];
  for await (const { value } of jsonLines(resolve(io.cwd, flags.examples), flags.examples))
    examples.push(value as Labeled);
  if (flags.output !== undefined) await checkWritable(flags.output, '-o', io.cwd);
  const loaded = (await loadPackage('@majordomo/classify', io.cwd, 'majordomo calibrate')) as Package;
  const settings = await loadSettings(io);
  const opened = await openSpec(spec, settings, { cwd: io.cwd, signal: io.signal });
  const majordomo = opened.with({ classification: loaded.emulateClassification() });
  const bases = flags.basis as readonly Basis[] | undefined;
  const call = { signal: io.signal };
  try {
    const options = { majordomo, spec, questions, examples, bases, concurrency, call };
    const { calibration, report } = await loaded.learnCalibration(options);
    for (const row of report) io.stderr.write(`${lineOf(row)}\n`);
    if (flags.output === undefined) writeJson(io.stdout, calibration);
    else await writeOutput(flags.output, `${JSON.stringify(calibration, undefined, 2)}\n`, io.cwd);
    return EXIT.ok;
  } catch (error) {
    throwStop(error, 'config', 'invalid-request');
  }
}

function lineOf({ question, target, basis, n, accuracy, before, after }: CalibrationRow): string {
  const change = (from: number, to: number): string => `${from.toFixed(3)} → ${to.toFixed(3)}`;
  const error = `error ${change(before.error, after.error)}`;
  const loss = `log loss ${change(before.logLoss, after.logLoss)}`;
  return [
    `${question} at ${target}`,
    basis,
    `${n} labels`,
    `accuracy ${accuracy.toFixed(2)}`,
    error,
    loss,
  ].join(' · ');
}
