import { kindOfStatus } from '../errors/classify.ts';
import { fromJson } from '../json/codec.ts';
import { SseDecoder } from '../stream/sse.ts';
import type { StreamEvent } from '../types/events.ts';
import { LlmError } from '../types/llm-error.ts';
import { asError, withErrors } from './error-json.ts';

/** How the events of a server are read. */
export interface ReadSseOptions {
  /** Ends the reading, as `aborted`, and closes the connection. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The events of `sseResponse` or `pipeSse` again, typed, in a browser or anywhere. Read at the loop's pace; leaving the
 * loop closes the connection. Throws what the server told as an error, `network` when the connection breaks, and
 * `protocol` for an answer that is not an event stream.
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
  // Absent where there is no body, whatever the types say.
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  const leave = (): void => void reader?.cancel().catch(() => undefined);
  signal?.addEventListener('abort', leave, { once: true });
  const received: string[] = [];
  const decoder = new SseDecoder((data) => received.push(data));
  try {
    checkAnswer(response);
    for (;;) {
      const bytes = signal?.aborted === true ? undefined : await bytesOf(reader);
      if (signal?.aborted === true) throw new LlmError('aborted', 'the reading was ended by its signal');
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

/** A page of a proxy, or the app's own refusal. */
function checkAnswer({ ok, status, headers }: Response): void {
  if (!ok) throw new LlmError(kindOfStatus(status), `the server answered ${status}`, { status });
  const type = headers.get('content-type') ?? '';
  if (!/event-stream|text\/plain|^$/i.test(type)) {
    throw new LlmError('protocol', `the server answered with ${type}, not with an event stream`, {
      path: 'content-type',
    });
  }
}

/** What a signal given to `fetch` ends it with. */
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
    const said =
      kind === undefined ? 'the connection to the server broke' : 'the request was ended by its signal';
    throw new LlmError(kind ?? 'network', said, {}, { cause });
  }
}

/** Throws what the server told as its failure. */
function eventOf(data: string): unknown {
  const event = withErrors(fromJson(parsed(data)));
  if (typeof event !== 'object' || event === null || !('type' in event) || event.type !== 'error')
    return event;
  const failure = asError(event);
  if (failure !== undefined) throw failure;
  return event;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw new LlmError('protocol', 'the server sent an event that is not JSON', { path: '' }, { cause });
  }
}
