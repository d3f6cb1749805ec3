import { joinedBytes } from '../../bytes/joined-bytes.ts';

/** What is needed of undici's dispatcher, the transport under Node's `fetch`. */
export interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}

/** The caller's timers decide, not the transport's 300 s. */
export const NO_TIMERS = { headersTimeout: 0, bodyTimeout: 0 } as const;

/** Said on each request, as `fetch` does: a dispatcher may have been told to follow redirects, and would take the key along. */
const NO_REDIRECTS = { maxRedirections: 0 } as const;

/** All that a request may hold that is sent without `fetch`. */
export interface PlainRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string | Uint8Array | null;
  readonly signal: AbortSignal | null;
}

/** What Node's `fetch` adds to a request that does not say otherwise; the answer is unpacked here. */
const ADDED = {
  accept: '*/*',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'user-agent': 'node',
  'accept-encoding': 'gzip',
};

/** Bytes that are read ahead of whoever reads the body; then the socket waits. */
const AHEAD = 64 * 1024;

/** A `Response` cannot have these and a body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * One request by the dispatcher that `fetch` would use, with what `fetch` would send and say, and without the layers that
 * cost it most of its time (ADR 0089). No redirect is followed. Rejects as `fetch` does: with the signal's reason, or with a
 * `TypeError` that has a cause.
 */
export function dispatched(dispatcher: Dispatcher, request: PlainRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { url, method, body, signal } = request;
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const exchange = new Exchange(request, { resolve, reject });
    const { origin, pathname, search } = url;
    const sent = {
      origin,
      path: pathname + search,
      method,
      headers: headersOf(request),
      body,
      ...NO_REDIRECTS,
    };
    try {
      dispatcher.dispatch({ ...sent, ...NO_TIMERS }, exchange);
    } catch (error) {
      exchange.onError(error);
    }
  });
}

/** Name, value, name, value. */
function headersOf({ headers, body }: PlainRequest): readonly string[] {
  const flat = [...headers].flat();
  for (const [name, value] of Object.entries(ADDED)) if (!headers.has(name)) flat.push(name, value);
  if (typeof body === 'string' && !headers.has('content-type'))
    flat.push('content-type', 'text/plain;charset=UTF-8');
  return flat;
}

/** A `Buffer`. */
interface HeaderBytes {
  toString(encoding: 'latin1'): string;
}

/** Who waits for the response. */
interface Waiting {
  resolve(response: Response): void;
  reject(error: unknown): void;
}

/** What undici tells of one request, in the words of its versions 5 to 7. */
class Exchange {
  private readonly request: PlainRequest;
  /** Until it has been answered: what leads to the response would keep it from being forgotten. */
  private waiting: Waiting | undefined;
  private stop: (() => void) | undefined;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** What one read of the socket has brought. */
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  private isOver = false;

  constructor(request: PlainRequest, waiting: Waiting) {
    this.request = request;
    this.waiting = waiting;
    request.signal?.addEventListener('abort', this.aborted, { once: true });
  }

  onConnect(stop: () => void): void {
    this.stop = stop;
    // It may have waited for a connection until nobody wanted it any more.
    if (this.isOver) stop();
  }

  onHeaders(status: number, raw: readonly HeaderBytes[], resume: () => void, statusText: string): boolean {
    if (status < 200 || this.isOver) return true;
    try {
      const response = this.response(status, raw, resume, statusText);
      this.waiting?.resolve(response);
      this.waiting = undefined;
    } catch (error) {
      this.fail(error);
      this.stop?.();
    }
    return true;
  }

  onData(chunk: Uint8Array): boolean {
    if (this.isOver || this.controller === undefined) return true;
    // A plain view: `slice` of a `Buffer` copies nothing.
    this.pieces.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    this.bytes += chunk.length;
    if (this.pieces.length === 1) queueMicrotask(this.handOn);
    return (this.controller.desiredSize ?? 0) > this.bytes;
  }

  onComplete(): void {
    this.handOn();
    if (this.end()) this.controller?.close();
  }

  onError(error: unknown): void {
    this.fail(error);
  }

  /** Nobody wants the rest. */
  readonly close = (): void => {
    if (this.end()) this.stop?.();
  };

  private response(
    status: number,
    raw: readonly HeaderBytes[],
    resume: () => void,
    statusText: string,
  ): Response {
    const { url, method } = this.request;
    const headers = namedIn(raw);
    const isBodiless = BODILESS.has(status) || method === 'HEAD';
    const body = isBodiless ? null : unpacked(this.body(resume), headers);
    const response = new Response(body, { status, statusText });
    for (const [name, value] of headers) append(response.headers, name, value);
    Object.defineProperty(response, 'url', { value: url.href });
    if (body !== null) closeForgotten(response, body, this.close);
    return response;
  }

  private body(resume: () => void): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: resume,
        cancel: this.close,
      },
      { highWaterMark: AHEAD, size: ({ length }) => length },
    );
  }

  /** Servers send an event in a chunk of its own; those that came together are one read for whoever decodes them. */
  private readonly handOn = (): void => {
    if (this.bytes > 0 && !this.isOver) this.controller?.enqueue(joinedBytes(this.pieces));
    this.pieces = [];
    this.bytes = 0;
  };

  private readonly aborted = (): void => {
    this.fail(undefined);
    this.stop?.();
  };

  private fail(cause: unknown): void {
    if (!this.end()) return;
    const { signal } = this.request;
    const said = (words: string): unknown =>
      signal?.aborted === true ? signal.reason : new TypeError(words, { cause });
    this.waiting?.reject(said('fetch failed'));
    if (this.waiting === undefined) this.controller?.error(said('terminated'));
    this.waiting = undefined;
  }

  /** True for the first who says so. */
  private end(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.request.signal?.removeEventListener('abort', this.aborted);
    return true;
  }
}

const namedIn = (raw: readonly HeaderBytes[]): readonly (readonly [name: string, value: string])[] => {
  const texts = raw.map((bytes) => bytes.toString('latin1'));
  return texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : []));
};

/** A header that no `Headers` takes, such as one with a control character, is left out. */
function append(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value);
  } catch {
    // Said above.
  }
}

/** The bytes that were packed: only what was asked for is known. Throws a `TypeError` for any other packing. */
function unpacked(
  body: ReadableStream<Uint8Array>,
  headers: ReturnType<typeof namedIn>,
): ReadableStream<Uint8Array> {
  const packing = headers.find(([name]) => name.toLowerCase() === 'content-encoding')?.[1].toLowerCase();
  if (packing === undefined || packing === '' || packing === 'identity') return body;
  const format = packing === 'x-gzip' ? 'gzip' : packing;
  // Platforms disagree in their types on what it takes.
  const unpacking: unknown = new DecompressionStream(format as 'gzip');
  return body.pipeThrough(unpacking as ReadableWritablePair<Uint8Array, Uint8Array>);
}

let forgotten: FinalizationRegistry<{ body: ReadableStream; close: () => void }> | undefined;

/** A response that was dropped unread would hold its connection for ever. */
function closeForgotten(response: Response, body: ReadableStream, close: () => void): void {
  // Not at import: some runtimes have no such registry, and none of them has this transport.
  forgotten ??= new FinalizationRegistry(({ body, close }) => {
    if (!body.locked) close();
  });
  forgotten.register(response, { body, close });
}
