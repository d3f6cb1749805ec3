import { fromJson, LlmError, systemClock, toJson, type Clock, type JsonValue } from '@majordomo/core';
import { checkOptions, type Kinds, type KindsOf } from '@majordomo/core/toolkit';
import type { Agent } from '../agent/agent.ts';
import { initialState, type RunInput } from '../state/initial-state.ts';
import type { Journal } from './journal.ts';
import { journaled, type JournaledIo } from './journaled.ts';
import { checkSize } from './entry-size.ts';
import type { RunResult } from '../loop/loop.ts';
import type { RunChannel } from '../channel/run-channel.ts';
import type { RunState } from '../state/state.ts';
import { reportingAgent } from '../channel/reporting-agent.ts';
import { ChannelReporter } from '../channel/channel-reporter.ts';

/** Journal of an engine, with functions that convert the errors of failed runs. */
export interface RunJournal extends Journal {
  /** Called when the run has ended, before its result becomes available. */
  onEnd?(): Promise<void>;
  /** Returns the error of a run that the engine ended, or `undefined` for an error that must be thrown unchanged. */
  runFailure?(error: unknown): LlmError | undefined;
  /** Returns the error that the engine stores for a failed run. */
  toEngineError(error: LlmError): Error;
}

/** Observers and channel of a run on a journal. */
export interface RunJournaledIo extends JournaledIo {
  /** Channel that carries the events of the run to `watchRun`. If the channel fails, the run emits a warning. */
  readonly channel?: RunChannel | undefined;
  /** Clock for batches of the channel. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Kinds of these options for `checkAdapter`. `true` accepts any value. */
export const RUN_JOURNALED_KINDS: KindsOf<RunJournaledIo> = {
  channel: 'object with publish',
  clock: 'object with now',
  context: true,
  records: 'object with write',
  options: 'object',
  onEvent: 'function',
  onStepStart: 'function',
  onToolStart: 'function',
  onToolEnd: 'function',
  onStep: 'function',
  onEnd: 'function',
};

/**
 * Throws `config` for invalid arguments of an adapter's function. `subject`: name of the function, for errors. `kinds`:
 * `RUN_JOURNALED_KINDS`, and the kinds of the adapter's own options.
 */
export function checkAdapter(
  subject: string,
  name: string,
  agent: Agent,
  options: RunJournaledIo,
  kinds: Kinds,
): void {
  checkOptions(subject, { name, agent }, { name: 'string', agent: 'object with drive' }, ['name', 'agent']);
  checkOptions(subject, options, kinds);
}

/** Performs a run on a journal and returns JSON for `resultFromJson`. Throws the error of `toEngineError` if the run fails. */
export async function runJournaled(
  agent: Agent,
  input: JsonValue,
  journal: RunJournal,
  io: RunJournaledIo = {},
): Promise<JsonValue> {
  const { channel, clock = systemClock, ...effectsIo } = io;
  const reporter = channel && new ChannelReporter(journal.runId, channel, clock);
  const endRun = async (): Promise<void> => {
    await journal.onEnd?.();
    await reporter?.end();
  };
  let result: JsonValue;
  try {
    const state = initialStateFrom(input, journal.runId);
    const effects = journaled(reporter ? reportingAgent(agent, reporter) : agent, journal, effectsIo);
    result = checkSize(resultJson(await agent.drive(state, effects)), 'result', journal.maxBytes);
  } catch (error) {
    const failure = failureOfRun(error, journal);
    if (failure === undefined) throw error;
    await endRun();
    throw journal.toEngineError(failure);
  }
  await endRun();
  return result;
}

const resultJson = ({ messages: _, ...result }: RunResult): JsonValue => toJson(result);

/** Returns the result of a run from the JSON of `runJournaled`. */
export function resultFromJson(json: JsonValue): RunResult {
  const result = fromJson<Omit<RunResult, 'messages'>>(json);
  return { ...result, messages: result.state.messages };
}

/** Returns the failure of the run, or `undefined` for an error that only ends the current attempt. */
function failureOfRun(error: unknown, journal: RunJournal): LlmError | undefined {
  if (!LlmError.is(error)) return journal.runFailure?.(error);
  return journal.signal.aborted ? undefined : error;
}

/**
 * Returns the initial state of a run from the JSON of a question, a transcript or a state. Throws `config` for any other value and for
 * an invalid run id.
 */
export function initialStateFrom(input: JsonValue, runId: string): RunState {
  if (typeof runId !== 'string' || runId === '' || UNSAFE_ID.test(runId))
    throw new LlmError('config', 'runId must be a non-empty string without control characters', {
      path: 'runId',
    });
  return initialState(fromJson<RunInput>(input), runId);
}

/** Control characters and unpaired surrogates. */
const UNSAFE_ID = /[\p{Cc}\p{Cs}]/u;
