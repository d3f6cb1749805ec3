import { LlmError, type JsonObject } from '@majordomo/core';
import type { Catalog } from '@majordomo/catalog';
import type { Redactor } from '@majordomo/redact';
import type { NamedCase } from './cases.ts';
import { contextOf } from './context.ts';
import { costOfCalls, nanoUsdText } from './costs.ts';
import { digest } from './digest.ts';
import type { Sample } from './evaluation.ts';
import { NO_OUTPUT, readResult } from './output.ts';
import { isMissing } from './samples.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import type { RecordedCall, SampleRecording } from './recordings.ts';
import { attempted, failed, score, withoutResult } from './score.ts';
import type { CallContext, EvalDefinition, Output, SubjectContext } from './types.ts';

/** Environment of a sample. */
export interface SampleOptions extends Pick<RecorderOptions, 'mode' | 'clock' | 'recording' | 'onLiveCall'> {
  readonly definition: EvalDefinition;
  readonly one: NamedCase;
  readonly trial: number;
  readonly timeoutMs: number;
  /** Aborts with the evaluation. */
  readonly stop: AbortSignal;
  readonly catalog: Catalog | undefined;
  readonly redactor: Redactor;
  /** Text of the baseline's output. */
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

/** Runs one case in one trial. Rejects with `config` for a result or score that the definition must not return. */
export async function runSample(options: SampleOptions): Promise<SampleResult> {
  const { definition, one, trial, clock, timeoutMs, stop } = options;
  const subject = `evaluation ${definition.name}: case ${JSON.stringify(one.id)}, trial ${trial}`;
  const time = new AbortController();
  const late = new LlmError('timeout', `${subject}: no result within ${timeoutMs} ms`, { phase: 'total' });
  const cancel = timeoutMs === 0 ? undefined : clock.timer(timeoutMs, () => time.abort(late));
  const signal = AbortSignal.any([stop, time.signal]);
  try {
    return await sampleOf(options, subject, signal);
  } finally {
    cancel?.();
    time.abort(new LlmError('aborted', `${subject}: the sample has ended`));
  }
}

async function sampleOf(options: SampleOptions, subject: string, signal: AbortSignal): Promise<SampleResult> {
  const { definition, one, trial, clock, catalog, redactor, recording, baseline } = options;
  const recorder = new Recorder({ ...options, subject, signal });
  const contextFor = (by: RecordedCall['by']): CallContext =>
    contextOf(by, recorder, definition, { subject, signal, clock });
  const start = clock.now();
  const context: SubjectContext = { ...contextFor('subject'), case: one, trial };
  const run = await attempted(runSubject(definition, context, recorder), signal);
  const duration = clock.now() - start + recorder.replayedMs;
  const ms = recorder.hasLiveCalls ? duration : (recording?.ms ?? duration);
  const read = 'error' in run ? NO_OUTPUT : readResult(definition.name, run.value, one.input);
  const calls = recorder.calls('subject');
  const cost = await costOfCalls(calls, catalog);
  const output: Output = {
    case: one,
    input: one.input,
    expected: one.expected,
    trial,
    ...read,
    targets: calls.flatMap(({ response }) => (response === undefined ? [] : [targetOf(response)])),
    calls: calls.filter(({ type }) => type === 'call').length,
    cost,
    ms,
    baseline,
  };
  const scored =
    'error' in run ? failed(run.error, definition) : await score(output, definition, contextFor('check'));
  // A subject or check may have caught the error of a missing recording.
  const result = recorder.miss === undefined ? scored : withoutResult(recorder.miss);
  const judgeCalls = recorder.calls('check');
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
    judgeNanoUsd: nanoUsdText(await costOfCalls(judgeCalls, catalog)),
    recording: isMissing(result) ? undefined : { case: one.id, trial, ms, calls: [...calls, ...judgeCalls] },
  };
}

async function runSubject(
  { subject }: EvalDefinition,
  context: SubjectContext,
  recorder: Recorder,
): Promise<unknown> {
  try {
    return await subject(context.case.input as never, context as SubjectContext<never>);
  } finally {
    await recorder.settled();
  }
}

const MAX_INPUT = 2000;
const truncated = (text: string): string => (text.length > MAX_INPUT ? `${text.slice(0, MAX_INPUT)}…` : text);

const targetOf = (response: unknown): string => String(Reflect.get(response as object, 'target'));

/** Returns the members of a call that identify its request and response. */
const answerOf = ({ digest: id, response, error, value }: RecordedCall): readonly unknown[] => [
  id,
  response === undefined ? null : Reflect.get(response as object, 'message'),
  error?.kind ?? null,
  value ?? null,
];
