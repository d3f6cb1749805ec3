import { joinedBytes } from '../../bytes/joined-bytes.ts';
import { statusTextOf } from './status-text.ts';
import { unpackerOf, type Unpacker } from './unpacker.ts';

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
  /** Without a fragment and a user. */
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
    const { origin, href } = url;
    const path = href.slice(origin.length);
    const sent = { origin, path, method, headers: headersOf(request), body, ...NO_REDIRECTS };
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

/** Name, value, name, value; undici 7's interceptors tell the values of one name together. */
type RawHeaders = readonly (HeaderBytes | readonly HeaderBytes[])[];

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
  private unpacker: Unpacker | undefined;
  /** What one read of the socket has brought. */
  private pieces: Uint8Array[] = [];
  private bytes = 0;
  /** All has come, and perhaps not been read. */
  private isWhole = false;
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

  onHeaders(status: number, raw: RawHeaders, resume: () => void, statusText: string): boolean {
    if (status < 200 || this.isOver) return true;
    try {
      const response = this.response(status, raw, resume, statusText);
      this.waiting?.resolve(response);
      this.waiting = undefined;
    } catch (error) {
      this.abandon(error);
    }
    return true;
  }

  onData(chunk: Uint8Array): boolean {
    if (this.isOver || this.controller === undefined) return true;
    return this.unpacker === undefined ? this.take(chunk) : this.unpacker.write(chunk);
  }

  onComplete(): void {
    if (this.isOver) return;
    this.stop = undefined;
    if (this.unpacker === undefined) this.whole();
    else this.unpacker.end();
  }

  onError(error: unknown): void {
    this.fail(error);
  }

  /** Nobody wants the rest. */
  private readonly close = (): void => {
    if (this.end()) this.stop?.();
  };

  /** Nobody has the response any more; who kept its body hears so. */
  private readonly forget = (): void => {
    this.abandon(new Error('the response was forgotten before its body was read'));
  };

  private response(status: number, raw: RawHeaders, resume: () => void, statusText: string): Response {
    const { url, method } = this.request;
    const headers = namedIn(raw);
    const isBodiless = BODILESS.has(status) || method === 'HEAD';
    const body = isBodiless ? null : this.body(headers, resume);
    const response = new Response(body, { status, statusText: statusTextOf(statusText) });
    for (const [name, value] of headers) append(response.headers, name, value);
    if (body !== null) closeForgotten(response, body, this.forget);
    return locatedAt(url.href, response);
  }

  private body(headers: ReturnType<typeof namedIn>, resume: () => void): ReadableStream<Uint8Array> {
    const packings = headers.filter(([name]) => name.toLowerCase() === 'content-encoding');
    this.unpacker = unpackerOf(packings.map(([, value]) => value).join(), {
      data: (bytes) => {
        if (!this.take(bytes)) this.unpacker?.pause();
      },
      end: () => {
        this.whole();
      },
      error: (error) => {
        this.abandon(error);
      },
      drain: resume,
    });
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller;
        },
        pull: () => {
          if (this.isWhole) this.whole();
          else if (this.unpacker === undefined) resume();
          else this.unpacker.resume();
        },
        cancel: this.close,
      },
      { highWaterMark: AHEAD, size: ({ length }) => length },
    );
  }

  /** False: no more for now. */
  private take(chunk: Uint8Array): boolean {
    if (this.isOver) return true;
    // A plain view: `slice` of a `Buffer` copies nothing.
    this.pieces.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    this.bytes += chunk.length;
    if (this.pieces.length === 1) queueMicrotask(this.handOn);
    return (this.controller?.desiredSize ?? 0) > this.bytes;
  }

  /** Servers send an event in a chunk of its own; those that came together are one read for whoever decodes them. */
  private readonly handOn = (): void => {
    const { pieces, bytes } = this;
    // Before the stream asks for more, which it may do at once.
    this.pieces = [];
    this.bytes = 0;
    if (bytes > 0 && !this.isOver) this.controller?.enqueue(joinedBytes(pieces));
  };

  /** It ends when the last of it is read: until then an abort takes away what has come. */
  private whole(): void {
    this.isWhole = true;
    this.handOn();
    const isRead = this.controller === undefined || this.controller.desiredSize === AHEAD;
    if (isRead && this.end()) this.controller?.close();
  }

  private readonly aborted = (): void => {
    this.abandon(undefined);
  };

  private abandon(cause: unknown): void {
    this.fail(cause);
    this.stop?.();
  }

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
    this.unpacker?.destroy();
    return true;
  }
}

function namedIn(raw: RawHeaders): readonly (readonly [name: string, value: string])[] {
  const texts = raw.map((told) => [told].flat().map((bytes) => bytes.toString('latin1')));
  return texts.flatMap(([name = ''], at) =>
    at % 2 === 0 ? (texts[at + 1] ?? []).map((value) => [name, value] as const) : [],
  );
}

/** A header that no `Headers` takes, such as one with a control character, is left out. */
function append(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value);
  } catch {
    // Said above.
  }
}

type Close = (body: ReadableStream) => void;
let forgotten: FinalizationRegistry<{ body: ReadableStream; close: Close }> | undefined;

/** A response that was dropped unread would hold its connection for ever. `close` must not lead to it. */
function closeForgotten(response: Response, body: ReadableStream, close: Close): void {
  // Not at import: some runtimes have no such registry, and none of them has this transport.
  forgotten ??= new FinalizationRegistry(({ body, close }) => {
    if (!body.locked) close(body);
  });
  forgotten.register(response, { body, close });
}

/** With its address, which no constructor takes, and which its clones have as well. */
function locatedAt(url: string, response: Response): Response {
  const clone = (): Response => {
    const copy = Response.prototype.clone.call(response);
    // Each reads a branch of its own, and what they come from ends with both.
    for (const each of [response, copy])
      if (each.body !== null) closeForgotten(each, each.body as ReadableStream, cancel);
    return locatedAt(url, copy);
  };
  return Object.defineProperties(response, { url: { value: url }, clone: { value: clone } });
}

const cancel = (body: ReadableStream): void => {
  body.cancel().catch(() => undefined);
};
