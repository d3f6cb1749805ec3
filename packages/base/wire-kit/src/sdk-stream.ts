import { LlmError, systemClock, type ModelContext, type ModelEvent } from '@majordomo/core';
import { derivedSignal } from '@majordomo/core/toolkit';
import { driftError } from './errors.ts';
import { type EventWriter } from './event-writer.ts';
import { SSE, type Framing } from './framing.ts';
import { headerFacts } from './rate-limits.ts';

/** Request that is sent through an SDK, and the reader of its response. */
export interface SdkCall {
  readonly context: ModelContext;
  /** Sends the request through the SDK without retries and returns the raw response. */
  send(signal: AbortSignal): Promise<Response>;
  readonly reader: WireReader;
  /** Format in which the messages of a stream are separated. `@default SSE` */
  readonly framing?: Framing | undefined;
  /** Converts an error of the SDK to an `LlmError`. */
  toLlmError(error: unknown, target: string): LlmError;
}

type Batch = readonly ModelEvent[];

/** Empty first batch of a response, which reports that the headers have arrived. */
const HEADERS_RECEIVED: Batch = [];

/**
 * Sends a request through an SDK and decodes the raw body. The first batch is empty and reports that the headers have arrived.
 * Each later batch contains the events of one network read, or of the complete non-streaming response.
 */
export async function* sdkStream(call: SdkCall): AsyncIterable<readonly ModelEvent[]> {
  const { context, reader, framing = SSE } = call;
  const { target } = context;
  // A separate signal, because some SDKs leave a listener on the signal that they receive.
  const { signal, release } = derivedSignal(context.signal);
  try {
    const response = await call.send(signal);
    reader.writer.facts(headerFacts(response.headers));
    if (isJson(response)) {
      yield HEADERS_RECEIVED;
      const text = await response.text();
      context.reportText?.(text);
      readComplete(text, reader, target, framing);
      yield reader.writer.take();
    } else {
      yield* readStream(bodyOf(response, framing, target), { ...call, framing }, signal);
    }
  } catch (cause) {
    const error = signal.aborted
      ? new LlmError('aborted', `${target}: the call was aborted`, { target }, { cause })
      : call.toLlmError(cause, target);
    // Emit the events that precede the failure first.
    const written = reader.writer.take();
    if (written.length > 0) yield written;
    throw error;
  } finally {
    release();
  }
}

/** Result of a read of a body that has ended. */
const ENDED = { done: true, value: undefined } as const;

/** Reads the body. Cancels it if the caller stops early. After the last message, the connection can be reused. */
async function* readStream(
  body: ReadableStreamDefaultReader<Uint8Array>,
  { context, reader, framing }: Pick<SdkCall, 'context' | 'reader'> & { readonly framing: Framing },
  signal: AbortSignal,
): AsyncIterable<Batch> {
  let messages = 0;
  const decoder = framing.decoder((data, event) => {
    messages++;
    context.reportText?.(data);
    deliverMessage(reader, data, event);
  }, reader.writer.target);
  /** Decodes the next bytes. Is a separate function, so that the bytes can be garbage-collected while the consumer runs. */
  const decodeNext = async (): Promise<boolean> => {
    const { done, value } = await body.read().catch((error: unknown) => {
      if (reader.isComplete === true) return ENDED;
      throw error;
    });
    signal.throwIfAborted();
    if (done) decoder.end();
    else decoder.push(value);
    return done;
  };
  const cancel = (): void => {
    body.cancel().catch(() => undefined);
  };
  // Cancel explicitly, because some transports ignore the signal while the body is read.
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    yield HEADERS_RECEIVED;
    while (!reader.done) {
      const before = messages;
      if (await decodeNext()) break;
      // Do not emit a batch for comments alone, because a keep-alive comment must not reset the timeout of a stalled model.
      if (messages > before) yield reader.writer.take();
    }
    if (!reader.done) reader.end();
    const last = reader.writer.take();
    if (last.length > 0) yield last;
  } finally {
    if (reader.done) await releaseAfterFinish(body, cancel);
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
  if (body === null) throw new LlmError('truncated', `${target}: the response has no body`, { target });
  return body.getReader();
}

/** Maximum time in which a server must end a body after the last message, in milliseconds. */
const LINGER_MS = 1000;

/** Reads the end of the body, so that its connection can be reused. If the body continues or does not end, cancels it. */
async function releaseAfterFinish(
  body: ReadableStreamDefaultReader<Uint8Array>,
  cancel: () => void,
): Promise<void> {
  const forget = systemClock.timer(LINGER_MS, cancel, { isBackground: true });
  try {
    if (!(await body.read()).done) cancel();
  } catch {
    // Ignore an error of the connection, because the response is complete.
  }
  forget();
}

function readComplete(text: string, reader: WireReader, target: string, framing: Framing): void {
  if (text.trim() === '')
    throw new LlmError('truncated', `${target}: the response body is empty`, { target });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    if (framing.mayBeJson === true && text.trimEnd().includes('\n')) {
      deliverMessages(text, reader, target, framing);
      return;
    }
    const message = `${target}: the response is not valid JSON`;
    throw new LlmError('protocol', message, { target, path: '' }, { cause });
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

function contentTypeError(response: Response, target: string): LlmError {
  response.body?.cancel().catch(() => undefined);
  const type = contentType(response);
  const message = `${target}: the response has content type "${type}" instead of events or JSON`;
  return new LlmError('protocol', message, { target });
}

/** Converts the messages of a vendor's API to events, synchronously. */
export interface WireReader {
  /** Collects the events. */
  readonly writer: EventWriter;
  /** Whether the last message of the response has been read. Later messages are ignored. */
  readonly done: boolean;
  /** Whether only usage may follow, so that a lost connection ends the response instead of failing it. @default false */
  readonly isComplete?: boolean | undefined;
  /** Processes one server-sent event or line. Throws an `LlmError` if the message reports an error. */
  readMessage(data: string, event: string | undefined): void;
  /** Processes the body of a non-streaming response. */
  readBody(json: unknown): void;
  /** Processes the end of the body. Throws kind `truncated` if the response is incomplete. */
  end(): void;
}
