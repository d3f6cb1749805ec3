import { toJson } from '../json/codec.ts';
import { SSE_HEARTBEAT, sseEvent } from '../stream/sse-event.ts';
import { notify } from '../util/listeners.ts';
import { systemClock } from '../util/time.ts';
import { publicError, withPublicErrors } from './error-json.ts';

/**
 * Returns a response that sends the events of a chat, of an agent or of any other iterable as server-sent events. Events are read
 * only as fast as the client receives them. If the client disconnects, the iteration ends, which closes the connection to the
 * vendor. If the iteration fails, the error is sent as the last event.
 *
 * @example
 * const stream = model.stream({ messages: [user(await request.text())] });
 * return sseResponse(stream, { signal: request.signal });
 */
export function sseResponse(events: AsyncIterable<unknown>, options: SseOptions = {}): Response {
  const source = new SseSource(events, options);
  const encoder = new TextEncoder();
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await source.next();
        // The controller of a cancelled stream throws.
        if (isCancelled) return;
        if (chunk === undefined) controller.close();
        else controller.enqueue(encoder.encode(chunk));
      },
      cancel() {
        isCancelled = true;
        source.leave();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: sseHeaders(options) });
}

/** Response object of Node's http and http2, Express and Fastify (`reply.raw`). */
export interface NodeResponse {
  /** Sends the status and headers. */
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** Sends a chunk. Returns false if the caller must wait for `drain`. */
  write(chunk: string): boolean;
  /** Ends the response. */
  end(): unknown;
  /** Adds a listener for `drain`. */
  once(event: string, listener: () => void): unknown;
  /** Adds a listener for the end of the connection. */
  on(event: 'close', listener: () => void): unknown;
  /** Sends the headers before the first event. */
  flushHeaders?(): unknown;
  /** Whether the client has disconnected. */
  readonly destroyed?: boolean | undefined;
}

/**
 * Sends events to a Node response in the form that `sseResponse` sends them. Resolves when all events are sent or the client has
 * disconnected. Rejects only if the response cannot begin, for example because its headers were already sent.
 *
 * @example
 * createServer((request, response) => void pipeSse(model.stream({ messages: [user('hi')] }), response));
 */
export async function pipeSse(
  events: AsyncIterable<unknown>,
  response: NodeResponse,
  options: SseOptions = {},
): Promise<void> {
  const source = new SseSource(events, options);
  let resume: () => void = () => undefined;
  response.on('close', () => {
    source.leave();
    resume();
  });
  try {
    if (response.destroyed === true) return;
    response.writeHead(200, sseHeaders(options));
    response.flushHeaders?.();
    for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
      if (response.write(chunk) || isDestroyed(response)) continue;
      await new Promise<void>((resolve) => {
        resume = resolve;
        response.once('drain', resolve);
      });
    }
    response.end();
  } finally {
    source.leave();
  }
}

/** Reads `destroyed` in a function, because TypeScript assumes that the property does not change. */
const isDestroyed = ({ destroyed }: NodeResponse): boolean => destroyed === true;

/** Options of `sseResponse` and `pipeSse`. */
export interface SseOptions {
  /** Signal of the HTTP request. When it aborts, the stream ends and the connection to the vendor is closed. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Time without an event after which a comment is sent, in milliseconds, so that no proxy closes the connection. Some proxies
   * close an idle connection after 30 s. 0 disables comments.
   * @default 15_000
   */
  readonly heartbeatMs?: number | undefined;
  /** Additional headers. They take precedence over the default headers of an event stream. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Function that returns the value to send for an event, or `undefined` to omit the event. `toJson` encodes the value. Errors in
   * it are sent with only `name`, `kind`, `message` and `retryAfterMs`. The last event of a failed stream has `type: 'error'`.
   * @default the event itself
   */
  readonly map?: ((event: unknown) => object | undefined) | undefined;
  /** Receives the error of a failed stream, for the server's log. Errors that the function throws are ignored. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

function sseHeaders({ headers = {} }: SseOptions): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    // Disable the buffering of nginx, which would delay the events.
    'x-accel-buffering': 'no',
    ...Object.fromEntries(own),
  };
}

const HEARTBEAT_MS = 15_000;

/** Result of the wait for an event. */
type Step = { readonly event: unknown } | { readonly error: unknown } | 'end' | 'silence' | 'left';

/** Source of the chunks of a response: the events of an iterable, heartbeats, and the error of a failed iteration. */
class SseSource {
  private readonly events: AsyncIterator<unknown>;
  private readonly options: SseOptions;
  private readonly heartbeatMs: number;
  /** Promise of the next event. The event may arrive after a heartbeat. */
  private nextEvent: Promise<Step> | undefined;
  private stopWaiting: (() => void) | undefined;
  private isOver = false;

  constructor(events: AsyncIterable<unknown>, options: SseOptions) {
    this.events = iteratorOf(events);
    this.options = options;
    this.heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    options.signal?.addEventListener('abort', this.leave, { once: true });
    if (options.signal?.aborted === true) this.leave();
  }

  /** Returns the next chunk, which may be a heartbeat, or `undefined` at the end. Never rejects. */
  async next(): Promise<string | undefined> {
    const heartbeatAt = this.heartbeatMs > 0 ? systemClock.now() + this.heartbeatMs : Infinity;
    while (!this.isOver) {
      const step = await this.step(heartbeatAt - systemClock.now());
      if (step === 'silence') return SSE_HEARTBEAT;
      if (typeof step === 'string') break;
      const chunk = this.chunk(step);
      if (chunk !== undefined) return chunk;
    }
    this.end();
    return undefined;
  }

  /** Ends the stream at once, even while it waits for an event. */
  readonly leave = (): void => {
    if (this.isOver) return;
    this.end();
    this.stopWaiting?.();
    closeIterator(this.events);
  };

  private step(heartbeatInMs: number): Promise<Step> {
    if (heartbeatInMs <= 0) return Promise.resolve('silence');
    this.nextEvent ??= nextStep(this.events);
    const { nextEvent } = this;
    return new Promise((resolve) => {
      const answer = (step: Step): void => {
        cancel?.();
        resolve(step);
      };
      const beat = (): void => {
        resolve('silence');
      };
      const cancel =
        this.heartbeatMs > 0 ? systemClock.timer(heartbeatInMs, beat, { isBackground: true }) : undefined;
      this.stopWaiting = () => {
        answer('left');
      };
      void nextEvent.then((step) => {
        this.nextEvent = undefined;
        answer(step);
      });
    });
  }

  private chunk(step: Exclude<Step, string>): string | undefined {
    if (this.isOver) return undefined;
    if ('error' in step) return this.failure(step.error);
    try {
      const { map } = this.options;
      return chunkOf(map === undefined ? step.event : map(step.event));
    } catch (error) {
      // The application's `map` threw an error, or the event cannot be serialized.
      closeIterator(this.events);
      return this.failure(error);
    }
  }

  private failure(error: unknown): string | undefined {
    this.end();
    notify(this.options.onError, error);
    return chunkOf({ type: 'error', ...publicError(error) });
  }

  private end(): void {
    this.isOver = true;
    this.options.signal?.removeEventListener('abort', this.leave);
  }
}

function chunkOf(event: unknown): string | undefined {
  const json = JSON.stringify(toJson(withPublicErrors(event) as object)) as string | undefined;
  return json === undefined ? undefined : sseEvent(json);
}

/** Returns the iterator. If the iterable throws, returns an iterator that rejects, so that the client receives the error. */
function iteratorOf(events: AsyncIterable<unknown>): AsyncIterator<unknown> {
  try {
    return events[Symbol.asyncIterator]();
  } catch (error) {
    return { next: () => Promise.reject(error) };
  }
}

async function nextStep(events: AsyncIterator<unknown>): Promise<Step> {
  try {
    const next = await events.next();
    return next.done === true ? 'end' : { event: next.value };
  } catch (error) {
    return { error };
  }
}

function closeIterator(events: AsyncIterator<unknown>): void {
  try {
    events.return?.().catch(() => undefined);
  } catch {
    // A failed clean-up has no effect on the response.
  }
}
