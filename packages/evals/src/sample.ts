import {
  LlmError,
  messageOf,
  type Clock,
  type ErrorKind,
  type JsonObject,
  type JsonValue,
} from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import type { Catalog } from '@majordomo/catalog';
import type { Redactor } from '@majordomo/redact';
import type { NamedCase } from './cases.ts';
import { costOfCalls, nanoUsdText } from './costs.ts';
import { digest } from './digest.ts';
import type { Sample } from './evaluation.ts';
import { configError } from './options.ts';
import { readResult, type ReadResult } from './output.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import type { RecordedCall, SampleRecording } from './recordings.ts';
import type { Check, EvalDefinition, Output, SubjectContext } from './types.ts';

/** Environment of a sample. */
export interface SampleOptions extends Omit<RecorderOptions, 'subject' | 'version' | 'majordomo' | 'signal'> {
  readonly definition: EvalDefinition;
  readonly one: NamedCase;
  readonly trial: number;
  readonly timeoutMs: number;
  /** Aborts with the evaluation. */
  readonly stop: AbortController;
  readonly clock: Clock;
  readonly catalog: Catalog | undefined;
  readonly redactor: Redactor;
  readonly baseline: string | undefined;
}

/** Finished sample. */
export interface SampleResult {
  readonly sample: Sample;
  /** Cost of the checks' model calls, as decimal nano-dollars. */
  readonly judgeNanoUsd: string | undefined;
  /** Calls of the sample; `undefined` for a sample without a result. */
  readonly recording: SampleRecording | undefined;
}

type Result = Pick<Sample, 'scores' | 'gates' | 'error'>;

/** Kinds of errors that the subject's own behavior causes. */
const BAD_RESULTS: ReadonlySet<string> = new Set<ErrorKind>([
  'invalid-request',
  'unsupported',
  'not-found',
  'context-overflow',
  'content-filter',
  'truncated',
  'empty',
  'invalid-output',
]);

/** Error that rejects the evaluation. */
class InvalidEvaluation extends Error {
  readonly error: LlmError;
  constructor(error: LlmError) {
    super(error.message);
    this.error = error;
  }
}

/** Runs one case in one trial. Rejects with `config` for a result or score that the definition must not return. */
export async function runSample(options: SampleOptions): Promise<SampleResult> {
  const { definition, one, trial, clock, timeoutMs, stop, redactor } = options;
  const subject = `evaluation ${definition.name}: case ${JSON.stringify(one.id)}, trial ${trial}`;
  const time = new AbortController();
  const signal = AbortSignal.any([stop.signal, time.signal]);
  const late = new LlmError('timeout', `${subject}: no result within ${timeoutMs} ms`, { phase: 'total' });
  const cancel = timeoutMs === 0 ? undefined : clock.timer(timeoutMs, () => time.abort(late));
  const recorder = new Recorder({
    ...options,
    subject,
    signal,
    version: definition.version ?? '',
    majordomo: definition.majordomo,
  });
  try {
    const { read, ms, failure } = await runSubject(options, recorder, signal);
    const calls = recorder.calls('subject');
    const cost = await costOfCalls(calls, options.catalog);
    const output: Output = {
      case: one,
      input: one.input,
      expected: one.expected,
      trial,
      ...read,
      targets: targetsOf(calls),
      calls: calls.filter(({ type }) => type === 'call').length,
      cost,
      ms,
      baseline: options.baseline,
    };
    const scored = failure ?? (await scoreOutput(options, recorder, signal, output));
    const result = withMiss(scored, recorder.miss);
    const judgeCalls = recorder.calls('check');
    const hasResult = result.error === undefined || result.error.counts;
    return {
      sample: {
        case: one.id,
        trial,
        tags: one.tags ?? [],
        input: redactor.text(truncated(JSON.stringify(one.input))),
        text: redactor.text(read.text),
        toolCalls: read.toolCalls.map(({ name, args }) => ({ name, args: redactor.value<JsonObject>(args) })),
        targets: output.targets,
        ...redactor.value(result),
        nanoUsd: nanoUsdText(cost),
        ms,
        replayed: !recorder.hasLiveCalls,
        fingerprint: digest(calls.map(answerOf)),
      },
      judgeNanoUsd: nanoUsdText(await costOfCalls(judgeCalls, options.catalog)),
      recording: hasResult ? { case: one.id, trial, ms, calls: [...calls, ...judgeCalls] } : undefined,
    };
  } catch (error) {
    throw error instanceof InvalidEvaluation ? error.error : error;
  } finally {
    cancel?.();
    time.abort(new LlmError('aborted', `${subject}: the sample has ended`));
  }
}

const MAX_INPUT = 2000;
const truncated = (text: string): string => (text.length > MAX_INPUT ? `${text.slice(0, MAX_INPUT)}…` : text);

/** Returns the members of a call that identify its answer. */
const answerOf = ({ digest: id, response, error, value }: RecordedCall): unknown[] => [
  id,
  response === undefined || response === null ? null : messageOfResponse(response),
  error?.kind ?? null,
  value ?? null,
];

const messageOfResponse = (response: unknown): unknown => Reflect.get(response as object, 'message');

const targetsOf = (calls: readonly RecordedCall[]): readonly string[] =>
  calls.flatMap(({ response }) =>
    response === undefined ? [] : [String(Reflect.get(response as object, 'target'))],
  );

interface SubjectRun {
  readonly read: ReadResult;
  readonly ms: number;
  /** Result of a subject that failed. */
  readonly failure: Result | undefined;
}

const NOTHING: ReadResult = { text: '', value: undefined, messages: [], toolCalls: [] };

async function runSubject(
  options: SampleOptions,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<SubjectRun> {
  const { definition, one, trial, clock, recording } = options;
  const start = clock.now();
  const elapsed = (): number => {
    if (!recorder.hasLiveCalls && recording !== undefined && options.mode !== 'live') return recording.ms;
    const replayed = recorder.calls('subject').filter((call) => recording?.calls.includes(call));
    return clock.now() - start + replayed.reduce((sum, { ms }) => sum + ms, 0);
  };
  const context = { ...recorder.context('subject'), case: one, trial };
  try {
    const work = async (): Promise<unknown> => {
      try {
        return await definition.subject(one.input as JsonValue, context as SubjectContext<JsonValue>);
      } finally {
        await recorder.settled();
      }
    };
    const result = await abortable(work(), signal);
    const ms = elapsed();
    return { read: readOrReject(definition.name, result, one.input), ms, failure: undefined };
  } catch (error) {
    if (error instanceof InvalidEvaluation) throw error;
    return { read: NOTHING, ms: elapsed(), failure: failed(error, definition) };
  }
}

function readOrReject(name: string, result: unknown, input: unknown): ReadResult {
  try {
    return readResult(name, result, input);
  } catch (error) {
    throw error instanceof LlmError ? new InvalidEvaluation(error) : error;
  }
}

/** Returns the result of a failed subject: every check scores 0, or the sample has no result. */
function failed(error: unknown, { checks = {}, gates = {} }: EvalDefinition): Result {
  const message = messageOf(error);
  const kind = LlmError.is(error) ? error.kind : 'error';
  const counts = kind === 'error' || BAD_RESULTS.has(kind);
  const each = <T>(names: object, value: T): Record<string, T> =>
    Object.fromEntries(Object.keys(counts ? names : {}).map((name) => [name, value]));
  return {
    scores: each(checks, { score: 0, reason: message }),
    gates: each(gates, { passed: false, reason: message }),
    error: { kind, message, counts },
  };
}

const withoutResult = (error: LlmError, message = error.message): Result => ({
  scores: {},
  gates: {},
  error: { kind: error.kind, message, counts: false },
});

const withMiss = (result: Result, miss: LlmError | undefined): Result =>
  miss === undefined ? result : withoutResult(miss);

async function scoreOutput(
  { definition: { name, checks = {}, gates = {} } }: SampleOptions,
  recorder: Recorder,
  signal: AbortSignal,
  output: Output,
): Promise<Result> {
  const context = recorder.context('check');
  const scores: Record<string, { score: number; reason?: string | undefined }> = {};
  const passed: Record<string, { passed: boolean; reason?: string | undefined }> = {};
  const all = [...Object.entries(gates), ...Object.entries(checks)];
  for (const [key, check] of all) {
    try {
      const result = await abortable(scoreOf(check, output, context), signal);
      if (result === undefined) continue;
      const { score, reason } = result;
      if (!(score >= 0 && score <= 1)) throw new InvalidEvaluation(scoreError(name, key, score));
      const why = reason === undefined ? {} : { reason };
      if (Object.hasOwn(gates, key)) passed[key] = { passed: score === 1, ...why };
      else scores[key] = { score, ...why };
    } catch (error) {
      if (error instanceof InvalidEvaluation) throw error;
      if (LlmError.is(error)) return withoutResult(error, `check ${key}: ${error.message}`);
      const reason = messageOf(error);
      if (Object.hasOwn(gates, key)) passed[key] = { passed: false, reason };
      else scores[key] = { score: 0, reason };
    }
  }
  return { scores, gates: passed, error: undefined };
}

const scoreError = (name: string, key: string, score: unknown): LlmError =>
  configError(name, key, `must return a number from 0 to 1, a boolean or undefined, got ${String(score)}`);

async function scoreOf(
  check: Check,
  output: Output,
  context: ReturnType<Recorder['context']>,
): Promise<{ readonly score: number; readonly reason: string | undefined } | undefined> {
  const result = await check(output, context);
  const { score, reason } = typeof result === 'object' ? result : { score: result };
  if (score === undefined) return undefined;
  return {
    score: typeof score === 'boolean' ? Number(score) : score,
    reason,
  };
}
