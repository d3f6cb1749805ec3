import { LlmError, type ModelContext, type ModelEvent } from '@majordomo/core';
import { derivedSignal, SSE, type Framing, type EventWriter } from '@majordomo/core/toolkit';
import { driftError } from './errors.ts';

/** One request through an SDK, and how its answer is read. */
export interface SdkCall {
  readonly context: ModelContext;
  /** Sends the request through the SDK, retries off, and gives the raw response. */
  send(signal: AbortSignal): Promise<Response>;
  readonly reader: WireReader;
  /** How the messages of a stream are told apart. Default: server-sent events. */
  readonly framing?: Framing | undefined;
  /** The SDK's error as ours; a package has one such function, in `errors.ts`. */
  toLlmError(error: unknown, target: string): LlmError;
}

type Batch = readonly ModelEvent[];

/** Reports that the headers have arrived. */
const HEADERS_RECEIVED: Batch = [];

/**
 * Sends through the SDK and reads the raw body with the shared decoder: one batch of events per network read. The first,
 * empty batch reports that the headers have arrived.
 */
export async function* sdkStream(call: SdkCall): AsyncIterable<readonly ModelEvent[]> {
  const { context, reader, framing = SSE } = call;
  const { target } = context;
  const { signal, release } = derivedSignal(context.signal);
  try {
    const response = await call.send(signal);
    if (isJson(response)) {
      yield HEADERS_RECEIVED;
      readComplete(await response.text(), reader, target, framing);
      yield reader.writer.take();
    } else {
      yield* readStream(bodyOf(response, framing, target), reader, framing, signal);
    }
  } catch (cause) {
    const error = signal.aborted ? abortError(context, cause) : call.toLlmError(cause, target);
    // What was read before the failure is emitted first.
    const written = reader.writer.take();
    if (written.length > 0) yield written;
    throw error;
  } finally {
    release();
  }
}

/** A body that was read to its finish keeps its connection for the next call; any other is cancelled. */
async function* readStream(
  body: ReadableStreamDefaultReader<Uint8Array>,
  reader: WireReader,
  framing: Framing,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  let messages = 0;
  const decoder = framing.decoder((data, event) => {
    messages++;
    deliverMessage(reader, data, event);
  }, reader.writer.target);
  /** A separate function: while the consumer of a batch is busy, nothing refers to the bytes. */
  const decodeNext = async (): Promise<boolean> => {
    const { done, value } = await body.read();
    signal.throwIfAborted();
    if (done) decoder.end();
    else decoder.push(value);
    return done;
  };
  const cancel = (): void => {
    body.cancel().catch(() => undefined);
  };
  // A transport that does not watch the signal while the body is read would hang: the read is ended from here too.
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    yield HEADERS_RECEIVED;
    while (!reader.done) {
      const before = messages;
      if (await decodeNext()) break;
      // Comments alone are not a step: a keep-alive must not hide a stalled model.
      if (messages > before) yield reader.writer.take();
    }
    if (!reader.done) reader.end();
    const last = reader.writer.take();
    if (last.length > 0) yield last;
  } finally {
    if (reader.done) await releaseAfterFinish(body);
    else cancel();
    signal.removeEventListener('abort', cancel);
  }
}

function bodyOf(
  response: Response,
  framing: Framing,
  target: string,
): ReadableStreamDefaultReader<Uint8Array> {
  if (!framing.mediaType.test(contentType(response))) throw contentTypeError(response, target);
  const body = response.body as ReadableStream<Uint8Array> | null;
  if (body === null) throw new LlmError('truncated', `${target} answered without a body`, { target });
  return body.getReader();
}

/** Reading to the end keeps the connection alive for the next call; a body that continues is cancelled instead. */
async function releaseAfterFinish(body: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    if (!(await body.read()).done) await body.cancel();
  } catch {
    // The answer is whole; what became of its connection changes nothing.
  }
}

function readComplete(text: string, reader: WireReader, target: string, framing: Framing): void {
  if (text.trim() === '')
    throw new LlmError('truncated', `${target} answered with an empty body`, { target });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    if (framing.mayBeJson === true && text.trimEnd().includes('\n')) {
      deliverMessages(text, reader, target, framing);
      return;
    }
    throw new LlmError('protocol', `${target} answered with broken JSON`, { target, path: '' }, { cause });
  }
  try {
    reader.readBody(json);
  } catch (error) {
    throw driftError(error, target);
  }
  if (!reader.done) reader.end();
}

function deliverMessages(text: string, reader: WireReader, target: string, framing: Framing): void {
  const decoder = framing.decoder((data, event) => {
    deliverMessage(reader, data, event);
  }, target);
  decoder.push(new TextEncoder().encode(text));
  decoder.end();
  if (!reader.done) reader.end();
}

function deliverMessage(reader: WireReader, data: string, event: string | undefined): void {
  if (reader.done) return;
  try {
    reader.readMessage(data, event);
  } catch (error) {
    throw driftError(error, reader.writer.target);
  }
}

const contentType = (response: Response): string => response.headers.get('content-type') ?? '';
const isJson = (response: Response): boolean => /[/+]json\b/i.test(contentType(response));

function discard({ body }: Response): void {
  body?.cancel().catch(() => undefined);
}

function contentTypeError(response: Response, target: string): LlmError {
  discard(response);
  const type = contentType(response);
  return new LlmError('protocol', `${target} answered with "${type}" where events or JSON were due`, {
    target,
  });
}

function abortError({ target }: ModelContext, cause: unknown): LlmError {
  return new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause });
}

/** Reads one wire's messages, synchronously, into its scribe. */
export interface WireReader {
  readonly writer: EventWriter;
  /** True after the wire's finish signal: nothing more is read. */
  readonly done: boolean;
  /** One server-sent event or one line; throws an LlmError for an error inside the stream. */
  readMessage(data: string, event: string | undefined): void;
  /** A whole, non-streaming body. */
  readBody(json: unknown): void;
  /** The body is over. Throws `truncated` when the wire's finish signal never came. */
  end(): void;
}
