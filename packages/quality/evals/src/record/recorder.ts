import { LlmError, type ChatRequest, type ChatResponse, type Clock, type JsonValue } from '@majordomo/core';
import type { RecordedCall, SampleRecording } from './recordings.ts';
import { describeMiss, type CallKey } from './request-key.ts';
import { loadError, storeError } from './stored-call.ts';

/** Answered model call of a subject. */
export interface AnsweredCall {
  readonly spec: string;
  /** Request. Its schema for a typed object is a JSON Schema. */
  readonly request: ChatRequest;
  readonly response: ChatResponse;
}

/** Options of a recorder. */
export interface RecorderOptions {
  /** Name of the evaluation, id of the case and number of the trial, for error messages. */
  readonly subject: string;
  readonly mode: 'replay' | 'record' | 'live';
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly recording: SampleRecording | undefined;
  /** Called after each live model call. */
  readonly onLiveCall: (call: RecordedCall) => Promise<void>;
  /** Called after each answered model call of the subject, live or replayed. */
  readonly onAnswer: ((call: AnsweredCall) => void) | undefined;
}

/** Returns the arms that splits chose in a call, by name. */
type ArmsOfRun = () => RecordedCall['arms'];
const noArms: ArmsOfRun = () => undefined;

/** Recorder that records or replays the calls of one sample. The results of the calls are JSON. */
export class Recorder {
  /** First problem because of which the sample has no result, such as a call without a recording. */
  problem: LlmError | undefined;
  hasLiveCalls = false;
  /** Recorded time of the replayed calls, in milliseconds. */
  replayedMs = 0;
  /** Promises of the streams, each of which resolves at the end of its stream. */
  readonly streams: Promise<unknown>[] = [];
  readonly options: RecorderOptions;
  /** Calls in the order in which they started. A call in progress is `undefined`. */
  private readonly started: (RecordedCall | undefined)[] = [];
  /** Recorded calls that this run has not returned yet. Each is returned once, so equal calls get their results in recorded order. */
  private readonly unused: RecordedCall[];

  constructor(options: RecorderOptions) {
    this.options = options;
    this.unused = [...(options.recording?.calls ?? [])];
  }

  /** Returns the finished calls in order of their start. */
  calls(by: RecordedCall['by']): readonly RecordedCall[] {
    return this.started.filter((call) => call !== undefined).filter((call) => call.by === by);
  }

  /**
   * Returns the recorded result of a call, or makes the call and records its result and its arms. In mode `replay`, throws `config` for a call
   * without a recording.
   */
  async call(key: CallKey, run: () => Promise<JsonValue>, armsOfRun: ArmsOfRun = noArms): Promise<JsonValue> {
    const { signal, mode } = this.options;
    signal.throwIfAborted();
    const at = this.unused.findIndex(({ by, digest }) => by === key.by && digest === key.digest);
    const [stored] = at === -1 ? [] : this.unused.splice(at, 1);
    if (stored === undefined) {
      if (mode !== 'replay') return this.makeCall(key, run, armsOfRun);
      throw this.fail(`${describeMiss(key, this.unused)}; run with mode: 'record' or --record`);
    }
    this.started.push(stored);
    this.replayedMs += stored.ms;
    if (stored.error !== undefined) throw loadError(stored.error);
    return stored.response ?? stored.value ?? null;
  }

  /** Returns a `config` error that leaves the sample without a result, even if the subject catches it. */
  fail(problem: string): LlmError {
    const error = new LlmError('config', `${this.options.subject}: ${problem}`);
    this.problem ??= error;
    return error;
  }

  private async makeCall(
    key: CallKey,
    run: () => Promise<JsonValue>,
    armsOfRun: ArmsOfRun,
  ): Promise<JsonValue> {
    const { clock, onLiveCall } = this.options;
    this.hasLiveCalls = true;
    const slot = this.started.push(undefined) - 1;
    const start = clock.now();
    const finish = async (outcome: Partial<RecordedCall>): Promise<void> => {
      const at = new Date(start).toISOString();
      const arms = armsOfRun();
      const call = { ...key, at, ms: clock.now() - start, ...(arms !== undefined && { arms }), ...outcome };
      this.started[slot] = call;
      // An effect is not a model call, so `onLiveCall` does not receive it.
      if (key.type === 'call') await onLiveCall(call);
    };
    let result: JsonValue;
    try {
      result = await run();
    } catch (error) {
      await finish({ error: storeError(error) });
      throw error;
    }
    await finish(key.type === 'call' ? { response: result } : { value: result });
    return result;
  }
}
