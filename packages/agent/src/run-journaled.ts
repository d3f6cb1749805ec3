import { fromJson, LlmError, systemClock, toJson, type Clock, type JsonValue } from '@majordomo/core';
import type { Agent } from './agent.ts';
import { initialState, type RunInput } from './initial-state.ts';
import { journaled, type Journal, type JournaledIo } from './journaled.ts';
import { checkSize } from './entry-size.ts';
import type { RunResult } from './loop.ts';
import type { RunChannel } from './run-channel.ts';
import type { RunState } from './state.ts';
import { reportingAgent } from './reporting-agent.ts';
import { ChannelReporter } from './channel-reporter.ts';

/** A journal, and what its engine does about the end of a run. */
export interface RunJournal extends Journal {
  /** Called when the run has ended, before its result is available. */
  onEnd?(): Promise<void>;
  /** Returns the error of a run that the engine ended, such as a cancellation; `undefined` for errors that pass unchanged. */
  runFailure?(error: unknown): LlmError | undefined;
  /** The error that the engine keeps of a run that failed. */
  toEngineError(error: LlmError): Error;
}

/** Observers and channel of a run on a journal. */
export interface RunJournaledIo extends JournaledIo {
  /** Carries the run's events to other processes, for `watchRun`. Losing it never fails the run: the next answer has a warning. */
  readonly channel?: RunChannel | undefined;
  /** For the batches of the channel. Default: the system's. */
  readonly clock?: Clock | undefined;
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
  try {
    const state = initialStateFrom(input, journal.runId);
    const effects = journaled(reporter ? reportingAgent(agent, reporter) : agent, journal, effectsIo);
    const result = checkSize(resultJson(await agent.drive(state, effects)), 'result', journal.maxBytes);
    await endRun();
    return result;
  } catch (error) {
    const failure = failureOfRun(error, journal);
    if (failure === undefined) throw error;
    await endRun();
    throw journal.toEngineError(failure);
  }
}

const resultJson = ({ messages: _, ...result }: RunResult): JsonValue => toJson(result);

/** The result of a run, of what `runJournaled` gave. */
export function resultFromJson(json: JsonValue): RunResult {
  const result = fromJson<Omit<RunResult, 'messages'>>(json);
  return { ...result, messages: result.state.messages };
}

/** The model error of an attempt that has ended ends the attempt only. */
function failureOfRun(error: unknown, journal: RunJournal): LlmError | undefined {
  if (!LlmError.is(error)) return journal.runFailure?.(error);
  return journal.signal.aborted ? undefined : error;
}

/**
 * The state that a run begins with: of a question, a transcript or a state, as JSON. Throws `config` for what is none, and
 * for an id that stores cannot hold.
 */
export function initialStateFrom(input: JsonValue, runId: string): RunState {
  if (typeof runId !== 'string' || runId === '' || UNSAFE_ID.test(runId))
    throw new LlmError('config', 'the id of a run must be a text without control characters', {
      path: 'runId',
    });
  return initialState(fromJson<RunInput>(input), runId);
}

const UNSAFE_ID = /[\p{Cc}\p{Cs}]/u;
