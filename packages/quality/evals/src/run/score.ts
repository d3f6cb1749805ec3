import { LlmError, messageOf, type ErrorKind } from '@majordomo/core';
import { abortable, isRecord } from '@majordomo/core/toolkit';
import { configError } from '../definition/options.ts';
import type { CallContext, CheckResult, EvalDefinition, Output, Sample } from '../definition/types.ts';

type Attempted<T> = { readonly value: T } | { readonly error: unknown };

/** Returns the result or the error of the work, or the signal's reason if the signal aborts first. */
export const attempted = <T>(work: Promise<T>, signal: AbortSignal): Promise<Attempted<T>> =>
  abortable(work, signal).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

type Result = Pick<Sample, 'scores' | 'gates' | 'error'>;

/** Returns the scores, gates and error of a sample that has no result because of an error. `prefix`: start of the message. */
export const withoutResult = ({ kind, message }: LlmError, prefix = ''): Result => ({
  scores: {},
  gates: {},
  error: { kind, message: prefix + message, counts: false },
});

/** Kinds of errors that the subject's own behavior causes. */
const BAD_RESULTS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'invalid-request',
  'unsupported',
  'not-found',
  'context-overflow',
  'content-filter',
  'truncated',
  'empty',
  'invalid-output',
]);

/** Whether the model caused an error by its own behavior, so that the error is a result. */
export const isOwnFailure = (error: LlmError): boolean => LlmError.is(error, ...BAD_RESULTS);

/** Returns the result of a failed subject. If the subject caused the error, every check scores 0. Otherwise no result exists. */
export function failed(error: unknown, { checks = {}, gates = {} }: EvalDefinition): Result {
  if (LlmError.is(error) && !BAD_RESULTS.has(error.kind)) return withoutResult(error);
  const reason = messageOf(error);
  const each = <T>(names: object, value: T): Record<string, T> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, value]));
  return {
    scores: each(checks, { score: 0, reason }),
    gates: each(gates, { passed: false, reason }),
    error: { kind: LlmError.is(error) ? error.kind : 'error', message: reason, counts: true },
  };
}

/** Applies gates and checks to an output. */
export async function score(
  output: Output,
  { name, checks = {}, gates = {} }: EvalDefinition,
  context: CallContext,
): Promise<Result> {
  const result: { scores: Record<string, Scored>; gates: Record<string, Sample['gates'][string]> } = {
    scores: {},
    gates: {},
  };
  // The names of gates and checks differ, because `readSettings` rejects equal names.
  for (const [key, check] of Object.entries({ ...gates, ...checks })) {
    const run = await attempted((async () => check(output as Output<never>, context))(), context.signal);
    if ('error' in run && LlmError.is(run.error)) return withoutResult(run.error, `check ${key}: `);
    const scored = readScore(
      name,
      key,
      'error' in run ? { score: 0, reason: messageOf(run.error) } : run.value,
    );
    if (scored === undefined) continue;
    const { score: number, ...reason } = scored;
    if (Object.hasOwn(gates, key)) result.gates[key] = { passed: number === 1, ...reason };
    else result.scores[key] = scored;
  }
  return { ...result, error: undefined };
}

type Scored = Sample['scores'][string];

/** Returns a score from 0 to 1, or `undefined` if the check does not apply. Throws `config` for any other result. */
function readScore(name: string, key: string, result: CheckResult): Scored | undefined {
  const { score: given, reason } = isRecord(result) ? result : { score: result };
  if (given === undefined) return undefined;
  const number = typeof given === 'boolean' ? Number(given) : given;
  if (!(typeof number === 'number' && number >= 0 && number <= 1))
    throw configError(
      name,
      key,
      `must return a number from 0 to 1, a boolean or undefined, got ${String(given)}`,
    );
  return { score: number, ...(reason !== undefined && { reason }) };
}
