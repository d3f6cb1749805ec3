import { toJson } from '../json/codec.ts';
import { notify } from '../util/listeners.ts';
import { systemClock } from '../util/system-clock.ts';
import { toldError, withToldErrors } from './error-json.ts';

/**
 * A response of server-sent events from a chat stream, an agent's stream, or any events. Pulled at the client's pace:
 * nothing is asked before the first read. When the client leaves, the stream is left as well, and so its connection to
 * the vendor is closed. A failure is the last event.
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

/** What Node's http and http2, Express and Fastify (`reply.raw`) hand to a handler. */
export interface NodeResponse {
  /** Status and headers. */
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** False: wait for `drain`. */
  write(chunk: string): boolean;
  /** After the last chunk. */
  end(): unknown;
  /** Called with `drain`. */
  once(event: string, listener: () => void): unknown;
  /** The client has left, or has everything. */
  on(event: 'close', listener: () => void): unknown;
  /** Sends the headers before there is an event. */
  flushHeaders?(): unknown;
  /** Its client has left before. */
  readonly destroyed?: boolean | undefined;
}

/**
 * `sseResponse` into what a Node server hands to a handler, at the client's pace. Settles when all is sent or the client
 * has left; rejects only when the response cannot be begun, such as after its headers.
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
  let goOn: () => void = () => undefined;
  response.on('close', () => {
    source.leave();
    goOn();
  });
  try {
    if (response.destroyed === true) return;
    response.writeHead(200, sseHeaders(options));
    response.flushHeaders?.();
    for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
      if (response.write(chunk) || isGone(response)) continue;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        response.once('drain', resolve);
      });
    }
    response.end();
  } finally {
    source.leave();
  }
}

/** Asked again: it changes while we wait. */
const isGone = ({ destroyed }: NodeResponse): boolean => destroyed === true;

/** How events are sent. */
export interface SseOptions {
  /** Of the request: when its reader leaves, the stream ends and its connection is closed. */
  readonly signal?: AbortSignal | undefined;
  /** A comment line when nothing came for this many milliseconds, so that no proxy hangs up. Default 15,000; 0: none. */
  readonly heartbeatMs?: number | undefined;
  /** Besides those of an event stream; they win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * What the client sees of each event; `undefined` leaves it out. Default: the event itself. It goes by `toJson`, and of
   * errors in it kind and message. How the stream failed is always told, as a last `{ type: 'error', kind, message }`.
   */
  readonly map?: ((event: unknown) => object | undefined) | undefined;
  /** What the stream failed with, for the server's log. It must not throw. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The headers of an event stream: nothing on the way may keep, compress or collect it. */
function sseHeaders({ headers = {} }: SseOptions): Record<string, string> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    // For nginx, which collects answers by default.
    'x-accel-buffering': 'no',
    ...Object.fromEntries(own),
  };
}

/** By default: some proxies hang up after 30 s of silence, most after 60 s. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ': still here\n\n';

/** What came of the wait for an event. */
type Step = { readonly event: unknown } | { readonly error: unknown } | 'end' | 'silence' | 'left';

/** Events as chunks of an event stream: one at a time, when it is asked for. */
class SseSource {
  private readonly events: AsyncIterator<unknown>;
  private readonly options: SseOptions;
  private readonly heartbeatMs: number;
  /** Outlives a heartbeat. */
  private arriving: Promise<Step> | undefined;
  private stopWaiting: (() => void) | undefined;
  private isOver = false;

  constructor(events: AsyncIterable<unknown>, options: SseOptions) {
    this.events = iteratorOf(events);
    this.options = options;
    this.heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    options.signal?.addEventListener('abort', this.leave, { once: true });
    if (options.signal?.aborted === true) this.leave();
  }

  /** The next event that the client is to see, or a sign of life; `undefined` at the end. Never rejects. */
  async next(): Promise<string | undefined> {
    const silentAt = this.heartbeatMs > 0 ? systemClock.now() + this.heartbeatMs : Infinity;
    while (!this.isOver) {
      const step = await this.step(silentAt - systemClock.now());
      if (step === 'silence') return HEARTBEAT;
      if (typeof step === 'string') break;
      const chunk = this.chunk(step);
      if (chunk !== undefined) return chunk;
    }
    this.end();
    return undefined;
  }

  /** The reader is gone: what feeds the events hears of it at once, also while it is waited for. */
  readonly leave = (): void => {
    if (this.isOver) return;
    this.end();
    this.stopWaiting?.();
    returnOf(this.events);
  };

  private step(silentInMs: number): Promise<Step> {
    if (silentInMs <= 0) return Promise.resolve('silence');
    this.arriving ??= arrivalOf(this.events);
    const { arriving } = this;
    return new Promise((resolve) => {
      const answer = (step: Step): void => {
        cancel?.();
        resolve(step);
      };
      const silent = (): void => {
        resolve('silence');
      };
      const cancel = this.heartbeatMs > 0 ? systemClock.timer(silentInMs, silent, true) : undefined;
      this.stopWaiting = () => {
        answer('left');
      };
      void arriving.then((step) => {
        this.arriving = undefined;
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
      // The app's `map`, or an event that has no JSON: nobody reads on.
      returnOf(this.events);
      return this.failure(error);
    }
  }

  private failure(error: unknown): string | undefined {
    this.end();
    notify(this.options.onError, error);
    return chunkOf({ type: 'error', ...toldError(error) });
  }

  private end(): void {
    this.isOver = true;
    this.options.signal?.removeEventListener('abort', this.leave);
  }
}

/** JSON has no line ends of its own: an event is one line. */
function chunkOf(event: unknown): string | undefined {
  const json = JSON.stringify(toJson(withToldErrors(event) as object)) as string | undefined;
  return json === undefined ? undefined : `data: ${json}\n\n`;
}

/** One that was read before throws at once: the client is to hear of that as of any failure. */
function iteratorOf(events: AsyncIterable<unknown>): AsyncIterator<unknown> {
  try {
    return events[Symbol.asyncIterator]();
  } catch (error) {
    return { next: () => Promise.reject(error) };
  }
}

async function arrivalOf(events: AsyncIterator<unknown>): Promise<Step> {
  try {
    const next = await events.next();
    return next.done === true ? 'end' : { event: next.value };
  } catch (error) {
    return { error };
  }
}

/** Whoever has left does not hear how the other side took it. */
function returnOf(events: AsyncIterator<unknown>): void {
  try {
    events.return?.().catch(() => undefined);
  } catch {
    // It would have ended anyhow.
  }
}
