import { LlmError } from '../error/llm-error.ts';
import type { ModelEvent } from '../model/event.ts';
import type { ModelContext } from '../model/provider.ts';
import type { Framing } from './framing.ts';
import { SSE } from './sse.ts';
import type { WireReader } from './wire-reader.ts';

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

/**
 * Sends through the SDK and reads the raw body with the shared decoder: one batch of events per network read, one
 * async layer. The first, empty batch says that the headers are there.
 */
export async function* sdkStream(call: SdkCall): AsyncIterable<readonly ModelEvent[]> {
  const { context, reader, framing = SSE } = call;
  try {
    const response = await call.open(context.signal);
    yield [];
    if (isJson(response)) {
      readWhole(await response.text(), reader, context.target, framing);
      yield reader.scribe.take();
    } else {
      yield* readEvents(response, reader, context, framing);
    }
  } catch (error) {
    const written = reader.scribe.take();
    if (written.length > 0) yield written;
    throw context.signal.aborted ? aborted(context, error) : call.toLlmError(error, context.target);
  }
}

async function* readEvents(
  response: Response,
  reader: WireReader,
  { target, signal }: ModelContext,
  framing: Framing,
): AsyncIterable<readonly ModelEvent[]> {
  if (!framing.mediaType.test(contentType(response))) throw notAStream(response, target);
  const body = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (body === undefined) throw new LlmError('truncated', `${target} answered without a body`, { target });
  let messages = 0;
  const decoder = framing.decoder((data, event) => {
    messages++;
    readMessage(reader, data, event);
  }, target);
  // A transport that does not watch the signal while the body is read would hang: the read is ended from here too.
  const cancel = (): void => {
    body.cancel().catch(() => undefined);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (;;) {
      // A generator that waits for its consumer keeps its variables: what is decoded is let go.
      let read: Awaited<ReturnType<typeof body.read>> | undefined = await body.read();
      signal.throwIfAborted();
      if (read.done) break;
      const before = messages;
      decoder.push(read.value);
      read = undefined;
      // Comments alone are no step: a keep-alive must not hide a stalled model.
      if (messages === before) continue;
      if (reader.done) {
        releaseAfterFinish(body);
        yield reader.scribe.take();
        return;
      }
      yield reader.scribe.take();
    }
    decoder.end();
    if (!reader.done) reader.end();
    const last = reader.scribe.take();
    if (last.length > 0) yield last;
  } finally {
    signal.removeEventListener('abort', cancel);
    if (!reader.done) cancel();
  }
}

/** Reading to the end keeps the connection alive for the next call; a body that goes on is cancelled instead. */
function releaseAfterFinish(body: ReadableStreamDefaultReader<Uint8Array>): void {
  const drain = async (): Promise<void> => {
    if (!(await body.read()).done) await body.cancel();
  };
  drain().catch(() => undefined);
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

/** A reader that stumbles has met a shape that it does not know: the response drifted, whatever the reader throws. */
function drifted(error: unknown, target: string): unknown {
  if (LlmError.is(error)) return error;
  const message = `${target} sent what its reader does not know`;
  return new LlmError('protocol', message, { target, path: '' }, { cause: error });
}

const contentType = (response: Response): string => response.headers.get('content-type') ?? '';
const isJson = (response: Response): boolean => /[/+]json\b/i.test(contentType(response));

function notAStream(response: Response, target: string): LlmError {
  void response.body?.cancel().catch(() => undefined);
  const type = contentType(response);
  return new LlmError('protocol', `${target} answered with "${type}" where events or JSON were due`, {
    target,
  });
}

function aborted({ target }: ModelContext, cause: unknown): LlmError {
  return new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause });
}
