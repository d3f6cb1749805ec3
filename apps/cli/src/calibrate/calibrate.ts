import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CalibrationRow, Labeled } from '@majordomo/classify';
import { messageOf, type Basis, type Questions } from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';
import { openSpec } from '../backends/open.ts';
import { loadSettings } from '../config/settings.ts';
import { readJson } from '../files/read-json.ts';
import { positiveInteger } from '../program/positive-integer.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
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
  const examples = await readExamples(flags.examples, io);
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
    else await writeFile(resolve(io.cwd, flags.output), `${JSON.stringify(calibration, undefined, 2)}\n`);
    return EXIT.ok;
  } catch (error) {
    throwStop(error, 'config', 'invalid-request');
  }
}

async function readExamples(file: string, io: Io): Promise<readonly Labeled[]> {
  const lines = (await read(file, io)).split(/\r?\n/);
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    const parsed = tryParseJson(line);
    if (parsed === undefined) throw new Stop(`${file}: line ${at + 1} is not valid JSON`);
    return [parsed as Labeled];
  });
}

async function read(file: string, io: Io): Promise<string> {
  try {
    return await readFile(resolve(io.cwd, file), 'utf8');
  } catch (error) {
    throw new Stop(`${file} cannot be read: ${messageOf(error)}`);
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
