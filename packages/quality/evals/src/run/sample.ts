import { LlmError, type JsonObject } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import type { NamedCase } from '../cases/cases.ts';
import { contextOf } from './context.ts';
import { digest } from '../util/json.ts';
import type { Settings } from '../definition/options.ts';
import { NO_OUTPUT, readResult } from '../definition/output.ts';
import { Recorder, type AnsweredCall, type RecorderOptions } from '../record/recorder.ts';
import type { RecordedCall, SampleRecording } from '../record/recordings.ts';
import { costOfCalls, nanoUsdText } from '../record/stored-call.ts';
import { isMissing, type Position } from '../cases/samples.ts';
import { attempted, failed, score, withoutResult } from './score.ts';
import type { CallContext, EvalDefinition, Output, Sample } from '../definition/types.ts';

/** Called with each answered model call of the subject, and with its sample. */
export type OnAnswer = (sample: Position, call: AnsweredCall) => void;

export interface SampleOptions
  extends
    Pick<RecorderOptions, 'recording' | 'onLiveCall'>,
    Pick<Settings, 'mode' | 'clock' | 'timeoutMs' | 'redactor' | 'catalog'> {
  readonly definition: EvalDefinition;
  readonly one: NamedCase;
  readonly trial: number;
  /** Signal that aborts with the evaluation. */
  readonly stop: AbortSignal;
  /** Text of the baseline's output. */
  readonly baseline: string | undefined;
  readonly onAnswer: OnAnswer | undefined;
}

export interface SampleResult {
  readonly sample: Sample;
  /** Cost of the checks' model calls, as decimal nano-dollars. */
  readonly judgeNanoUsd: string | undefined;
  /** Calls of the sample, or `undefined` for a sample without a result. */
  readonly recording: SampleRecording | undefined;
}

/** Runs one trial of a case. Rejects with `config` for an invalid result of the subject or an invalid score of a check. */
export async function runSample(options: SampleOptions): Promise<SampleResult> {
  const { definition, one, trial, clock, timeoutMs, stop } = options;
  const subject = `evaluation ${definition.name}: case ${JSON.stringify(one.id)}, trial ${trial}`;
  const time = new AbortController();
  const late = new LlmError('timeout', `${subject}: no result within ${timeoutMs} ms; raise timeoutMs`, {
    phase: 'total',
  });
  const cancel = timeoutMs === 0 ? undefined : clock.timer(timeoutMs, () => time.abort(late));
  try {
    return await sampleOf(options, subject, AbortSignal.any([stop, time.signal]));
  } finally {
    cancel?.();
    // Cancels calls that the subject or a check has started without waiting for them.
    time.abort(new LlmError('aborted', `${subject}: the sample has ended`));
  }
}

async function sampleOf(options: SampleOptions, subject: string, signal: AbortSignal): Promise<SampleResult> {
  const { definition, one, trial, clock, catalog, redactor, recording, baseline, onAnswer } = options;
  const { id, input, expected, tags = [] } = one;
  const recorder = new Recorder({
    ...options,
    subject,
    signal,
    onAnswer: onAnswer && ((call) => onAnswer({ case: id, trial }, call)),
  });
  const contextFor = (by: RecordedCall['by']): CallContext => contextOf(by, recorder, definition);
  const start = clock.now();
  const runSubject = async (): Promise<unknown> => {
    try {
      return await definition.subject(input as never, {
        ...contextFor('subject'),
        case: one as never,
        trial,
      });
    } finally {
      // Calls of streams that the subject did not read to the end are recorded, too.
      await Promise.all(recorder.streams);
    }
  };
  const run = await attempted(runSubject(), signal);
  // A replayed call takes no time, so its recorded time is added. A sample without live calls has its recorded duration.
  const duration = clock.now() - start + recorder.replayedMs;
  const ms = recorder.hasLiveCalls ? duration : (recording?.ms ?? duration);
  const read = 'error' in run ? NO_OUTPUT : readResult(definition.name, run.value, input);
  const calls = recorder.calls('subject');
  const targets = calls.flatMap(({ response }) =>
    response === undefined ? [] : [String(asRecord(response)['target'])],
  );
  const arms = armsIn(calls);
  const cost = await costOfCalls(calls, catalog);
  const count = calls.filter(({ type }) => type === 'call').length;
  const facts = { targets, arms, calls: count, cost, ms, baseline };
  const output: Output = { case: one, input, expected, trial, ...read, ...facts };
  const scored =
    'error' in run ? failed(run.error, definition) : await score(output, definition, contextFor('check'));
  // Use the recorder's error even if the subject or a check has caught it.
  const result = recorder.problem === undefined ? scored : withoutResult(recorder.problem);
  const judgeCalls = recorder.calls('check');
  return {
    sample: {
      case: id,
      trial,
      tags,
      input: truncated(redactor.text(JSON.stringify(input))),
      text: redactor.text(read.text),
      toolCalls: read.toolCalls.map(({ name, args }) => ({ name, args: redactor.value<JsonObject>(args) })),
      targets,
      ...(arms !== undefined && { arms }),
      ...redactor.value(result),
      nanoUsd: nanoUsdText(cost),
      ms,
      replayed: !recorder.hasLiveCalls,
      fingerprint: digest(calls.map(answerOf)),
    },
    judgeNanoUsd: nanoUsdText(await costOfCalls(judgeCalls, catalog)),
    recording: isMissing(result) ? undefined : { case: id, trial, ms, calls: [...calls, ...judgeCalls] },
  };
}

function armsIn(calls: readonly RecordedCall[]): Output['arms'] {
  const arms = calls.flatMap((call) => Object.entries(call.arms ?? {}));
  return arms.length === 0 ? undefined : Object.fromEntries(arms);
}

const MAX_INPUT = 2000;
const truncated = (text: string): string => (text.length > MAX_INPUT ? `${text.slice(0, MAX_INPUT)}…` : text);

/** Returns the members of a call that identify its request and response. */
const answerOf = ({ digest: id, response, error, value }: RecordedCall): readonly unknown[] => [
  id,
  asRecord(response)['message'] ?? null,
  error?.kind ?? null,
  value ?? null,
];
