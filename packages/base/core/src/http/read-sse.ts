import { kindOfStatus } from '../errors/error-kind.ts';
import { fromJson } from '../json/codec.ts';
import { SseDecoder } from '../stream/sse-decoder.ts';
import type { StreamEvent } from '../types/response.ts';
import { LlmError } from '../types/llm-error.ts';
import { errorFromJson, reviveErrors } from './error-json.ts';

/** Options of `readSse`. */
export interface ReadSseOptions {
  /** Signal that ends the reading with an error of kind `aborted` and closes the connection. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns the events of `sseResponse` or `pipeSse`, in a browser or any other runtime. Leaving the loop closes the connection.
 * Throws the error that the server sent, an error for a response with an error status, `network` if the connection breaks, and
 * `protocol` for a response that is not an event stream and for an event that is not JSON.
 *
 * @example
 * const response = await fetch('/chat', { method: 'POST', body: question });
 * for await (const event of readSse(response)) if (event.type === 'text-delta') show(event.text);
 */
export function readSse<Event = StreamEvent>(
  response: Response,
  options: ReadSseOptions = {},
): AsyncIterable<Event> {
  return events(response, options.signal) as AsyncIterable<Event>;
}

async function* events(response: Response, signal: AbortSignal | undefined): AsyncGenerator {
  // The body of some responses is null, although its type does not allow null.
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  const leave = (): void => void reader?.cancel().catch(() => undefined);
  signal?.addEventListener('abort', leave, { once: true });
  const received: string[] = [];
  const decoder = new SseDecoder((data) => received.push(data));
  try {
    checkAnswer(response);
    for (;;) {
      const bytes = signal?.aborted === true ? undefined : await bytesOf(reader);
      if (signal?.aborted === true) throw new LlmError('aborted', 'the signal aborted the reading');
      if (bytes === undefined) decoder.end();
      else decoder.push(bytes);
      for (const data of received.splice(0)) yield eventOf(data);
      if (bytes === undefined) return;
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    leave();
  }
}

/** Throws for an error status, and for a content type that no event stream has, such as `text/html` of a proxy's page. */
function checkAnswer({ ok, status, headers }: Response): void {
  if (!ok) throw new LlmError(kindOfStatus(status), `the server answered ${status}`, { status });
  const type = headers.get('content-type') ?? '';
  if (!/event-stream|text\/plain|^$/i.test(type)) {
    throw new LlmError('protocol', `the server sent ${type} instead of an event stream; check the URL`, {
      path: 'content-type',
    });
  }
}

/** Kind of the error, by the name of the exception that `fetch` throws when its signal aborts. */
const SIGNALS: Readonly<Record<string, 'aborted' | 'timeout'>> = {
  AbortError: 'aborted',
  TimeoutError: 'timeout',
};

async function bytesOf(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return (await reader?.read())?.value;
  } catch (cause) {
    const kind = SIGNALS[cause instanceof Error ? cause.name : ''];
    const message =
      kind === undefined ? 'the connection to the server broke' : 'the signal aborted the request';
    throw new LlmError(kind ?? 'network', message, {}, { cause });
  }
}

/** Parses an event. Throws the error that an error event contains. */
function eventOf(data: string): unknown {
  const event = reviveErrors(fromJson(parseJson(data)));
  if (typeof event !== 'object' || event === null || !('type' in event) || event.type !== 'error')
    return event;
  const failure = errorFromJson(event);
  if (failure !== undefined) throw failure;
  // An event of the type `error` without a kind or a message is an event of the application.
  return event;
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new LlmError('protocol', 'the server sent an event that is not JSON', { path: '' }, { cause });
  }
}
