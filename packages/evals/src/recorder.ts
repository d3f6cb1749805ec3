import {
  LlmError,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  type DeepPartial,
  type JsonSchemaRequest,
  type JsonValue,
  type Majordomo,
  type ObjectResponse,
  type StreamEvent,
  type TypedRequest,
} from '@majordomo/core';
import {
  EventStream,
  PulledStream,
  readObject,
  responseEvents,
  toJsonSchema,
  type Ending,
} from '@majordomo/core/toolkit';
import { digest } from './digest.ts';
import { RecordedSource, type RecordedStream } from './recorded-source.ts';
import type { RecordedCall, SampleRecording } from './recordings.ts';
import { loadError, loadResponse, loadValue, storeError, storeResponse, storeValue } from './stored-call.ts';
import type { CallContext } from './types.ts';

/** Environment of a recorder. */
export interface RecorderOptions {
  /** Name of the evaluation, case and trial, for messages. */
  readonly subject: string;
  readonly mode: 'replay' | 'record' | 'live';
  readonly version: string;
  readonly majordomo: Pick<Majordomo, 'model' | 'resolve'> | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly recording: SampleRecording | undefined;
  /** Called after each live model call. */
  readonly onLiveCall: (call: RecordedCall) => Promise<void>;
}

type Key = Pick<RecordedCall, 'by' | 'type' | 'digest' | 'parts'>;
type Outcome = Pick<RecordedCall, 'response' | 'error' | 'value'>;
type ObjectRequest<T> = TypedRequest<T> | JsonSchemaRequest;

/** Records or replays the calls of one sample. */
export class Recorder {
  /** First call without a recording. */
  miss: LlmError | undefined;
  hasLiveCalls = false;
  /** Calls in order of their start; `undefined` while in progress. */
  private readonly started: (RecordedCall | undefined)[] = [];
  private readonly unused: RecordedCall[];
  /** Streams that their reader has left. */
  private readonly pending: Promise<void>[] = [];
  private readonly options: RecorderOptions;

  constructor(options: RecorderOptions) {
    this.options = options;
    this.unused = options.mode === 'live' ? [] : [...(options.recording?.calls ?? [])];
  }

  /** Finished calls in order of their start. */
  calls(by: RecordedCall['by']): readonly RecordedCall[] {
    return this.started.filter((call) => call !== undefined).filter((call) => call.by === by);
  }

  /** Waits for the recordings of streams that their reader has left. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  context(by: RecordedCall['by']): CallContext {
    const { majordomo, subject } = this.options;
    return {
      signal: this.options.signal,
      model: (spec) => {
        if (majordomo === undefined)
          throw new LlmError(
            'config',
            `${subject}: the definition has no \`majordomo\`; add it to use model()`,
          );
        const model = majordomo.model(spec);
        return this.record(by, model, async (request) => {
          const targets = await majordomo.resolve(spec, { request, signal: this.options.signal });
          return targets.map(({ target }) => target);
        });
      },
      recorded: (model) => this.record(by, model, () => Promise.resolve([model.spec])),
      effect: <T>(key: JsonValue, run: () => T | Promise<T>) => this.effect(by, key, run),
    };
  }

  private async effect<T>(by: Key['by'], key: JsonValue, run: () => T | Promise<T>): Promise<T> {
    const found: Key = { by, type: 'effect', digest: digest([this.options.version, 'effect', key]) };
    const stored = this.take(found);
    if (stored !== undefined) return loadValue(valueOf(stored, 'value')) as T;
    return this.live(
      found,
      async () => run(),
      (value) => ({ value: storeValue(value) }),
    );
  }

  private record(
    by: Key['by'],
    model: ChatModel,
    targetsOf: (request: ChatRequest) => Promise<readonly string[]>,
  ): ChatModel {
    const keyFor = async (kind: string, request: ChatRequest | ObjectRequest<unknown>): Promise<Key> => {
      const { output: _schema, ...chat } = request;
      const parts = partsOf(kind, request, await targetsOf(chat), this.options.version);
      return { by, type: 'call', digest: digest(parts.complete), parts: parts.short };
    };
    const generate = async (request: ChatRequest, options?: CallOptions): Promise<ChatResponse> => {
      const key = await keyFor('chat', request);
      const stored = this.take(key);
      if (stored !== undefined) return loadResponse(valueOf(stored, 'response'));
      return this.live(key, () => model.generate(request, this.withSignal(options)), storedResponse);
    };
    const generateObject = async <T>(
      request: ObjectRequest<T>,
      options?: CallOptions,
    ): Promise<ObjectResponse<T>> => {
      const key = await keyFor('object', request);
      const stored = this.take(key);
      if (stored !== undefined) return withValue(loadResponse(valueOf(stored, 'response')), request);
      const call = (): Promise<ObjectResponse<T>> =>
        model.generateObject(request as TypedRequest<T>, this.withSignal(options));
      return this.live(key, call, storedResponse);
    };
    const stream = (request: ChatRequest, options?: CallOptions): EventStream =>
      new EventStream(
        (onEnd) =>
          this.source<StreamEvent, ChatResponse>(onEnd, {
            key: () => keyFor('chat', request),
            open: () => model.stream(request, this.withSignal(options)),
            load: (response) => Promise.resolve({ response, events: responseEvents(response) }),
          }),
        { ...STREAM, clock: this.options.clock, mayRestart: options?.afterCommit === 'restart' },
      );
    const streamObject = <T>(
      request: TypedRequest<T>,
      options?: CallOptions,
    ): PulledStream<DeepPartial<T>, ObjectResponse<T>> =>
      new PulledStream(
        (onEnd: (ending: Ending<ObjectResponse<T>>) => void) =>
          this.source<DeepPartial<T>, ObjectResponse<T>>(onEnd, {
            key: () => keyFor('object', request),
            open: () => model.streamObject(request, this.withSignal(options)),
            load: async (loaded) => {
              const response = await withValue(loaded, request);
              return { response, events: [response.value as DeepPartial<T>] };
            },
          }),
        this.options.clock,
        STREAM.unreadMs,
      );
    return {
      spec: model.spec,
      generate,
      generateObject,
      stream: stream as ChatModel['stream'],
      streamObject,
    };
  }

  private source<Event, Response extends ChatResponse>(
    onEnd: (ending: Ending<Response>) => void,
    {
      key,
      open,
      load,
    }: {
      readonly key: () => Promise<Key>;
      readonly open: () => RecordedStream<Event, Response>;
      readonly load: (response: ChatResponse) => Promise<{ response: Response; events: readonly Event[] }>;
    },
  ): RecordedSource<Event, Response> {
    return new RecordedSource(onEnd, {
      begin: async () => {
        const found = await key();
        const stored = this.take(found);
        if (stored?.error !== undefined) return { error: loadError(stored.error) };
        if (stored !== undefined) return load(loadResponse(stored.response));
        const upstream = open();
        // The call is recorded when the stream ends, however its reader leaves it.
        let end!: { resolve: (response: Response) => void; reject: (error: unknown) => void };
        const ending = new Promise<Response>((resolve, reject) => (end = { resolve, reject }));
        const recorded = this.live(found, () => ending, storedResponse).catch(() => undefined);
        return { upstream, end, recorded };
      },
      onLeave: (work) => this.pending.push(work),
    });
  }

  /** Returns the recording of a call; `undefined` if the call has to be made. Throws in replay if it is missing. */
  private take(key: Key): RecordedCall | undefined {
    this.options.signal.throwIfAborted();
    const at = this.unused.findIndex(({ by, digest: other }) => by === key.by && other === key.digest);
    const [stored] = at === -1 ? [] : this.unused.splice(at, 1);
    if (stored !== undefined) this.started.push(stored);
    else if (this.options.mode === 'replay') {
      const error = new LlmError(
        'config',
        `${this.options.subject}: ${this.missText(key)}; run with --record`,
      );
      this.miss ??= error;
      throw error;
    }
    return stored;
  }

  /** Describes the difference to the most similar recorded call. */
  private missText({ by, type, parts = {} }: Key): string {
    const what = `${type === 'effect' ? 'effect' : 'call'}${by === 'check' ? ' of a check' : ''}`;
    const others = this.unused.filter((call) => call.by === by && call.type === type);
    if (others.length === 0) return `the ${what} is not recorded`;
    const differences = others.map((call) => differing(parts, call.parts ?? {}));
    const [fewest = []] = differences.sort((a, b) => a.length - b.length);
    return `the recorded ${what} differs in ${fewest.join(', ') || 'its key'}`;
  }

  private async live<T>(key: Key, run: () => Promise<T>, store: (result: T) => Outcome): Promise<T> {
    const { clock, onLiveCall } = this.options;
    this.hasLiveCalls = true;
    const slot = this.started.push(undefined) - 1;
    const begun = clock.now();
    const finish = async (outcome: Outcome): Promise<void> => {
      const call = { ...key, at: new Date(begun).toISOString(), ms: clock.now() - begun, ...outcome };
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

  private withSignal(options: CallOptions = {}): CallOptions {
    const { signal } = this.options;
    return { ...options, signal: options.signal ? AbortSignal.any([options.signal, signal]) : signal };
  }
}

/** The original stream notices by itself that its reader stopped reading. */
const STREAM = { unreadMs: Infinity };

const storedResponse = (response: ChatResponse): Outcome => ({ response: storeResponse(response) });

/** Returns the stored result of a call. Throws its error. */
function valueOf(call: RecordedCall, member: 'response' | 'value'): unknown {
  if (call.error !== undefined) throw loadError(call.error);
  return call[member];
}

async function withValue<T>(response: ChatResponse, request: ObjectRequest<T>): Promise<ObjectResponse<T>> {
  const checked = await readObject<T>(response.text, request.output);
  if ('value' in checked) return { ...response, value: checked.value };
  throw new LlmError('invalid-output', `${response.spec}: the recorded value does not fit the schema`, {
    issues: checked.issues,
  });
}

/** Returns everything that a response depends on, and a short digest of each part. */
function partsOf(
  kind: string,
  { system, tools = [], messages, output, ...settings }: ChatRequest | ObjectRequest<unknown>,
  targets: readonly string[],
  version: string,
): { readonly complete: object; readonly short: Readonly<Record<string, string>> } {
  const schema = output === undefined || output === 'json' ? output : toJsonSchema(output, 'output');
  const plainTools = tools.map(({ parameters, ...tool }, at) => ({
    ...tool,
    parameters: toJsonSchema(parameters, `tools[${at}].parameters`),
  }));
  const parts: Record<string, unknown> = {
    targets,
    system: system ?? null,
    tools: plainTools,
    settings: { kind, ...settings, output: schema },
    version,
  };
  for (const [at, message] of messages.entries()) parts[`messages[${at}]`] = message;
  const short = Object.entries(parts).map(([part, value]): [string, string] => [part, digest(value, 8)]);
  return { complete: parts, short: Object.fromEntries(short) };
}

/** Returns the names of the parts that differ. */
const differing = (
  parts: Readonly<Record<string, string>>,
  others: Readonly<Record<string, string>>,
): readonly string[] =>
  [...new Set([...Object.keys(parts), ...Object.keys(others)])].filter(
    (part) => parts[part] !== others[part],
  );
