import { checkValue, describeIssues, LlmError, type JsonObject } from '@majordomo/core';
import { checkFormat, fileError, readLines, replaceFile, type Line } from '../util/files.ts';
import { isName } from '../definition/options.ts';
import type { Evaluation, Sample } from '../definition/types.ts';

/** Writes an evaluation: the summary in the first line, then one sample per line. Replaces the file atomically. */
export async function writeEvaluation(file: string, evaluation: Evaluation): Promise<void> {
  const { samples, ...summary } = evaluation;
  await replaceFile(file, [{ ...summary, samples: samples.length }, ...samples]);
}

/** Reads an evaluation. Rejects with `config` for another format or an incomplete file, and with `not-found` if the file does not exist. */
export async function readEvaluation(file: string): Promise<Evaluation> {
  const found = await readLines(file);
  if (found === undefined)
    throw new LlmError('not-found', `${file}: the file does not exist; check the path`, { path: file });
  const [first = { text: '', value: undefined, place: file }, ...lines] = found;
  checkFormat(file, first.value, FORMAT);
  const { samples: count, ...summary } = await checked<Summary>(SUMMARY, first, ({ name }) => isName(name));
  if (lines.length !== count)
    throw fileError(file, `expected ${count} samples, got ${lines.length}; restore or rewrite the file`);
  const isValid = ({ nanoUsd = '0' }: Sample): boolean => /^\d+$/.test(nanoUsd);
  const samples = lines.map((line) => checked<Sample>(SAMPLE, line, isValid));
  return { ...summary, samples: await Promise.all(samples) };
}

type Summary = Omit<Evaluation, 'samples'> & { readonly samples: number };

/** Returns the value of a line. Rejects with `config` if the value does not match the schema. */
async function checked<T>(
  schema: JsonObject,
  { value, place }: Line,
  isValid: (value: T) => boolean,
): Promise<T> {
  const result = await checkValue<T>(schema, value);
  const issues = 'issues' in result ? describeIssues(result.issues) : 'a name or an amount is invalid';
  if ('value' in result && isValid(result.value)) return result.value;
  throw fileError(place, `the line is not part of an evaluation: ${issues}`);
}

const FORMAT: Evaluation['format'] = 'majordomo-evaluation/1';

// Schemas of the members that reports and comparisons read.
const text = { type: 'string' };
const number = { type: 'number' };
const boolean = { type: 'boolean' };
const listOf = (items: JsonObject): JsonObject => ({ type: 'array', items });
const mapOf = (additionalProperties: JsonObject): JsonObject => ({ type: 'object', additionalProperties });
const each = (schema: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, schema]));
const object = (required: JsonObject, optional: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
});
const texts = listOf(text);
const reason = { reason: text };

const METRIC = object(
  {
    name: text,
    kind: { enum: ['score', 'usd', 'ms'] },
    verdict: { enum: ['pass', 'fail', 'inconclusive', 'not-compared'] },
    ...each(number, 'cases', 'changed'),
  },
  {
    ...each(number, 'mean', 'before', 'difference', 'p', 'margin', 'trialsNeeded'),
    interval: { ...listOf(number), minItems: 2, maxItems: 2 },
    ...reason,
  },
);
const SUMMARY = object(
  {
    ...each(text, 'name', 'at'),
    verdict: { enum: ['pass', 'fail', 'inconclusive', 'incomplete'] },
    ...each(texts, 'reasons', 'warnings'),
    checks: listOf(object({ name: text }, { version: text, isPreference: boolean })),
    margins: mapOf({ type: ['number', 'boolean'] }),
    metrics: listOf(METRIC),
    gates: listOf(object({ name: text, passed: boolean, failed: texts })),
    totals: object(each(number, 'cases', 'samples', 'errors', 'skipped', 'replayed')),
    samples: number,
  },
  { baseline: object({ at: text, paired: number, ...each(texts, 'added', 'removed') }) },
);
const SAMPLE = object(
  {
    ...each(text, 'case', 'input', 'text', 'fingerprint'),
    ...each(number, 'trial', 'ms'),
    ...each(texts, 'tags', 'targets'),
    toolCalls: listOf(object({ name: text })),
    scores: mapOf(object({ score: number }, reason)),
    gates: mapOf(object({ passed: boolean }, reason)),
    replayed: boolean,
  },
  { nanoUsd: text, arms: mapOf(text), error: object({ ...each(text, 'kind', 'message'), counts: boolean }) },
);
