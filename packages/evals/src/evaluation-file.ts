import { readFile } from 'node:fs/promises';
import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { isMissingFile, parsed } from './cases.ts';
import type { Evaluation, Sample } from './evaluation.ts';
import { replaceFile } from './recordings.ts';

const FORMAT: Evaluation['format'] = 'majordomo-evaluation/1';

/** Writes an evaluation: its summary in the first line, then one sample per line. Replaces the file atomically. */
export async function writeEvaluation(file: string, evaluation: Evaluation): Promise<void> {
  const { samples, ...summary } = evaluation;
  const lines = [{ ...summary, samples: samples.length }, ...samples].map((line) => JSON.stringify(line));
  await replaceFile(file, [...lines, ''].join('\n'));
}

/** Reads an evaluation. Rejects with `config` for another format or an incomplete file, and with `not-found` if the file does not exist. */
export async function readEvaluation(file: string): Promise<Evaluation> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (!isMissingFile(cause)) throw cause;
    throw new LlmError('not-found', `${file}: the file does not exist`, { path: file }, { cause });
  });
  const [summary, ...samples] = text.trimEnd().split('\n').map(parsed);
  if (!isRecord(summary) || summary['format'] !== FORMAT || !Array.isArray(summary['metrics']))
    throw new LlmError('config', `${file}: the file is not a ${FORMAT} file`, { path: file });
  if (samples.length !== summary['samples'] || !samples.every(isSample))
    throw new LlmError(
      'config',
      `${file}: the file is incomplete: expected ${String(summary['samples'])} samples; restore it or write it again`,
      { path: file },
    );
  return { ...(summary as unknown as Evaluation), samples };
}

const isSample = (value: unknown): value is Sample =>
  isRecord(value) &&
  typeof value['case'] === 'string' &&
  typeof value['trial'] === 'number' &&
  typeof value['fingerprint'] === 'string' &&
  isRecord(value['scores']) &&
  isRecord(value['gates']);
