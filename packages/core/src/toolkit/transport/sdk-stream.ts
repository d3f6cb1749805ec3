import { LlmError } from '../../contract/llm-error.ts';
import type { ModelEvent } from '../../contract/event.ts';
import type { ModelContext } from '../../contract/provider.ts';
import type { BodyDecoder, Framing } from '../decode/framing.ts';
import { SSE } from '../decode/sse.ts';
import type { WireReader } from '../decode/wire-reader.ts';
import { drifted } from '../errors/drifted.ts';

/** One request through an SDK, and how its answer is read. */
export interface SdkCall {
  readonly context: ModelContext;
  /** Sends the request through the SDK, retries off, and gives the raw response. */
  open(signal: AbortSignal): Promise<Response>;
  readonly reader: WireReader;
  /** How the messages of a stream are told apart. Default: server-sent events. */
  readonly framing?: Framing | undefined;
  /** The SDK's error as ours; a package has one such function, in `errors.ts`. */
  toLlmError(error: unknown, target: string): LlmError;
}

type Batch = readonly ModelEvent[];
type Step = IteratorResult<Batch, undefined>;

const DONE: Step = { done: true, value: undefined };
/** Says that the headers are there. */
const OPENED: Step = { done: false, value: [] };

/**
 * Sends through the SDK and reads the raw body with the shared decoder: one batch of events per network read, one
 * async layer. The first, empty batch says that the headers are there.
 */
export function sdkStream(call: SdkCall): AsyncIterable<readonly ModelEvent[]> {
  return { [Symbol.asyncIterator]: () => new SdkSteps(call) };
}

/** Written out by hand: a generator that delegates to another makes each network read cost several promises more. */
class SdkSteps implements AsyncIterator<Batch, undefined> {
  private readonly call: SdkCall;
  private response: Response | undefined;
  private body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private decoder: BodyDecoder | undefined;
  private messages = 0;
  private over = false;
  private failure: Error | undefined;
  private released: Promise<void> | undefined;

  constructor(call: SdkCall) {
    this.call = call;
  }

  async next(): Promise<Step> {
    const { failure, call } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    if (this.over) return DONE;
    try {
      if (this.response === undefined) return this.opened(await call.open(call.context.signal));
      if (this.body === undefined) return this.whole(await this.response.text());
      for (;;) {
        const read = await this.body.read();
        call.context.signal.throwIfAborted();
        if (read.done) return this.ended();
        const before = this.messages;
        this.decoder?.push(read.value);
        // Comments alone are not a step: a keep-alive must not hide a stalled model.
        if (this.messages > before) return this.taken();
      }
    } catch (error) {
      return this.failed(error);
    }
  }

  /** Resolves when the connection is free again. */
  async return(): Promise<Step> {
    this.close();
    await this.released;
    return DONE;
  }

  private opened(response: Response): Step {
    const { context, reader, framing = SSE } = this.call;
    const { target, signal } = context;
    if (this.over) {
      discard(response);
      return DONE;
    }
    this.response = response;
    if (isJson(response)) return OPENED;
    if (!framing.mediaType.test(contentType(response))) throw notAStream(response, target);
    this.body = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
    if (this.body === undefined)
      throw new LlmError('truncated', `${target} answered without a body`, { target });
    this.decoder = framing.decoder((data, event) => {
      this.messages++;
      readMessage(reader, data, event);
    }, target);
    // A transport that does not watch the signal while the body is read would hang: the read is ended from here too.
    signal.addEventListener('abort', this.cancel, { once: true });
    return OPENED;
  }

  private whole(text: string): Step {
    const { context, reader, framing = SSE } = this.call;
    readWhole(text, reader, context.target, framing);
    this.close();
    return { done: false, value: reader.scribe.take() };
  }

  private taken(): Step {
    const { reader } = this.call;
    if (reader.done) this.close();
    return { done: false, value: reader.scribe.take() };
  }

  private ended(): Step {
    if (this.over) return DONE;
    const { reader } = this.call;
    this.decoder?.end();
    if (!reader.done) reader.end();
    this.close();
    const last = reader.scribe.take();
    return last.length === 0 ? DONE : { done: false, value: last };
  }

  /** What was read before the failure is told first. */
  private failed(cause: unknown): Step {
    if (this.over) return DONE;
    const { call } = this;
    const { context, reader } = call;
    const error = context.signal.aborted ? aborted(context, cause) : call.toLlmError(cause, context.target);
    this.close();
    const written = reader.scribe.take();
    if (written.length === 0) throw error;
    this.failure = error;
    return { done: false, value: written };
  }

  /** A body that was read to its finish keeps its connection for the next call; any other is cancelled. */
  private close(): void {
    if (this.over) return;
    this.over = true;
    if (this.body === undefined) return;
    this.call.context.signal.removeEventListener('abort', this.cancel);
    if (this.call.reader.done) this.released = releaseAfterFinish(this.body);
    else this.cancel();
  }

  private readonly cancel = (): void => {
    this.body?.cancel().catch(() => undefined);
  };
}

/** Reading to the end keeps the connection alive for the next call; a body that goes on is cancelled instead. */
async function releaseAfterFinish(body: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    if (!(await body.read()).done) await body.cancel();
  } catch {
    // The answer is whole; what became of its connection changes nothing.
  }
}

function readWhole(text: string, reader: WireReader, target: string, framing: Framing): void {
  if (text.trim() === '')
    throw new LlmError('truncated', `${target} answered with an empty body`, { target });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    if (framing.mayBeJson === true && text.trimEnd().includes('\n')) {
      readMessages(text, reader, target, framing);
      return;
    }
    throw new LlmError('protocol', `${target} answered with broken JSON`, { target, path: '' }, { cause });
  }
  try {
    reader.body(json);
  } catch (error) {
    throw drifted(error, target);
  }
  if (!reader.done) reader.end();
}

function readMessages(text: string, reader: WireReader, target: string, framing: Framing): void {
  const decoder = framing.decoder((data, event) => {
    readMessage(reader, data, event);
  }, target);
  decoder.push(new TextEncoder().encode(text));
  decoder.end();
  if (!reader.done) reader.end();
}

function readMessage(reader: WireReader, data: string, event: string | undefined): void {
  if (reader.done) return;
  try {
    reader.message(data, event);
  } catch (error) {
    throw drifted(error, reader.scribe.target);
  }
}

const contentType = (response: Response): string => response.headers.get('content-type') ?? '';
const isJson = (response: Response): boolean => /[/+]json\b/i.test(contentType(response));

function discard({ body }: Response): void {
  body?.cancel().catch(() => undefined);
}

function notAStream(response: Response, target: string): LlmError {
  discard(response);
  const type = contentType(response);
  return new LlmError('protocol', `${target} answered with "${type}" where events or JSON were due`, {
    target,
  });
}

function aborted({ target }: ModelContext, cause: unknown): LlmError {
  return new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause });
}
