import { LlmError, type ChatResponse, type Clock } from '@majordomo/core';
import type { RecordedStream } from './recorded-stream.ts';
import type { RecordedCall, SampleRecording } from './recordings.ts';
import { describeMiss, type CallKey } from './request-key.ts';
import { loadError, loadResponse, loadValue, storeError, storeResponse, storeValue } from './stored-call.ts';

/** Environment of a recorder. */
export interface RecorderOptions {
  /** Name of the evaluation, case and trial, for messages. */
  readonly subject: string;
  readonly mode: 'replay' | 'record' | 'live';
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly recording: SampleRecording | undefined;
  /** Called after each live model call. */
  readonly onLiveCall: (call: RecordedCall) => Promise<void>;
}

interface ModelStream<Event, Response> extends AsyncIterable<Event> {
  response(): Promise<Response>;
}

/** Stored result of a call. */
type Outcome = Pick<RecordedCall, 'response' | 'error' | 'value'>;

/** Records or replays the calls of one sample. */
export class Recorder {
  /** First call without a recording. */
  miss: LlmError | undefined;
  hasLiveCalls = false;
  /** Recorded time of the replayed calls, in milliseconds. */
  replayedMs = 0;
  /** Calls in order of their start; `undefined` while in progress. */
  private readonly started: (RecordedCall | undefined)[] = [];
  private readonly unused: RecordedCall[];
  private readonly streams: Promise<unknown>[] = [];
  private readonly options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.options = options;
    this.unused = [...(options.recording?.calls ?? [])];
  }

  /** Returns the finished calls in order of their start. */
  calls(by: RecordedCall['by']): readonly RecordedCall[] {
    return this.started.filter((call) => call !== undefined).filter((call) => call.by === by);
  }

  /** Waits for the recordings of streams. */
  async settled(): Promise<void> {
    await Promise.all(this.streams);
  }

  /** Returns the recorded result of an effect, or runs the effect and records its result. */
  async effect<T>(key: CallKey, run: () => Promise<T>): Promise<T> {
    const stored = this.replay(key);
    if (stored !== undefined) return loadValue(stored.value) as T;
    return this.live(key, run, (value) => ({ value: storeValue(value) }));
  }

  /** Returns the recorded response of a call by `load`, or makes the call by `run` and records it. */
  async answer<Response extends ChatResponse>(
    key: CallKey,
    run: () => Promise<Response>,
    load: (response: ChatResponse) => Response | Promise<Response>,
  ): Promise<Response> {
    const stored = this.replay(key);
    return stored === undefined ? this.live(key, run, storedResponse) : load(loadResponse(stored.response));
  }

  /** Returns the recording of a stream, or opens and records the stream. */
  stream<Event, Response extends ChatResponse>(
    key: CallKey,
    open: () => ModelStream<Event, Response>,
  ): RecordedCall | RecordedStream<Event, Response> {
    const stored = this.take(key);
    if (stored !== undefined) return stored;
    const upstream = open();
    // Call `response` only after an iterator exists, because it would otherwise read the stream. It also settles if the reader
    // stops early.
    const iterator = upstream[Symbol.asyncIterator]();
    const response = (): Promise<Response> => upstream.response();
    this.streams.push(this.live(key, response, storedResponse).catch(() => undefined));
    return { iterator, response };
  }

  /** Returns the recording of a call, or throws its recorded error. Returns `undefined` if the call must be made. */
  private replay(key: CallKey): RecordedCall | undefined {
    const stored = this.take(key);
    if (stored?.error !== undefined) throw loadError(stored.error);
    return stored;
  }

  /** Returns the recording of a call. Throws in replay if it is missing. */
  private take(key: CallKey): RecordedCall | undefined {
    const { signal, mode, subject } = this.options;
    signal.throwIfAborted();
    const at = this.unused.findIndex((call) => call.by === key.by && call.digest === key.digest);
    const [stored] = at === -1 ? [] : this.unused.splice(at, 1);
    if (stored !== undefined) {
      this.started.push(stored);
      this.replayedMs += stored.ms;
    } else if (mode === 'replay') {
      const problem = describeMiss(key, this.unused);
      this.miss ??= new LlmError('config', `${subject}: ${problem}; run with --record`);
      throw this.miss;
    }
    return stored;
  }

  /** Makes and records a call. */
  private async live<T>(key: CallKey, run: () => Promise<T>, store: (result: T) => Outcome): Promise<T> {
    const { clock, onLiveCall } = this.options;
    this.hasLiveCalls = true;
    const slot = this.started.push(undefined) - 1;
    const start = clock.now();
    const finish = async (outcome: Outcome): Promise<void> => {
      const call = { ...key, at: new Date(start).toISOString(), ms: clock.now() - start, ...outcome };
      this.started[slot] = call;
      if (key.type === 'call') await onLiveCall(call);
    };
    try {
      const result = await run();
      await finish(store(result));
      return result;
    } catch (error) {
      await finish({ error: storeError(error) });
      throw error;
    }
  }
}

const storedResponse = (response: ChatResponse): Outcome => ({ response: storeResponse(response) });
