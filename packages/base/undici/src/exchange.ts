import type { IncomingHttpHeaders } from 'node:http';
import { constants, createBrotliDecompress, createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';

/** Number of buffered bytes at which reading from the socket pauses until the caller reads the response body. */
const AHEAD = 64 * 1024;
const { Z_SYNC_FLUSH: SYNC, BROTLI_OPERATION_FLUSH: FLUSH } = constants;

/** Closes the connection of a response that is garbage-collected before its body was read or cancelled. */
const dropped = new FinalizationRegistry<(error: Error) => void>((fail) => {
  fail(new Error('the response was garbage-collected before its body was read; read or cancel it'));
});

/** Handles the events of one request. Does not refer to the response, so that an unused response can be garbage-collected. */
export class Exchange implements Dispatcher.DispatchHandler {
  private readonly request: Pick<Request, 'url' | 'method'> & { readonly signal: AbortSignal | null };
  /** Functions that settle the promise of the caller; `undefined` when the headers have arrived. */
  private settle: { resolve(response: Response): void; reject(error: unknown): void } | undefined;
  /** Pauses, resumes and aborts the connection. */
  private control: Dispatcher.DispatchController | undefined;
  /** Decoder of a compressed body. */
  private decoder: ReturnType<typeof createGunzip | typeof createBrotliDecompress> | undefined;
  private hasBody = true;
  /** Controller of the response body. Set while a read is pending. */
  private reader: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Decoded chunks that the caller has not read, and their size. */
  private chunks: Uint8Array[] = [];
  private bytes = 0;
  /** `complete`: the body has arrived. `over`: the caller has also read it, or the exchange has failed or was cancelled. */
  private state: 'open' | 'complete' | 'over' = 'open';
  /** Error for the next read of the body. */
  private failure: unknown;

  constructor(request: Exchange['request'], settle: NonNullable<Exchange['settle']>) {
    this.request = request;
    this.settle = settle;
    request.signal?.addEventListener('abort', this.fail, { once: true });
  }

  onRequestStart(control: Dispatcher.DispatchController): void {
    this.control = control;
    if (this.state === 'over') control.abort(new Error('the request was aborted'));
  }

  onResponseStart(_: unknown, status: number, values: IncomingHttpHeaders, text = ''): void {
    // The final response follows a status below 200, such as 103.
    if (status < 200 || this.state === 'over') return;
    const headers = new Headers();
    for (const [name, value = []] of Object.entries(values))
      for (const each of [value].flat()) headers.append(name, each);
    this.hasBody = ![204, 205, 304].includes(status) && this.request.method !== 'HEAD';
    const body = this.hasBody ? this.body(headers) : null;
    // `Response` rejects a status text with characters outside Latin-1.
    const statusText = /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : '';
    const response = new Response(body, { status, statusText, headers });
    // A response that is created by its constructor has no URL.
    this.settle?.resolve(Object.defineProperty(response, 'url', { value: this.request.url }));
    this.settle = undefined;
  }

  onResponseData(control: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.decoder === undefined) this.push(chunk);
    else if (!this.decoder.write(chunk)) control.pause();
  }

  onResponseEnd(): void {
    if (this.decoder === undefined) this.complete();
    else this.decoder.end();
  }

  onResponseError(_: unknown, error: unknown): void {
    this.fail(error);
  }

  private body(headers: Headers): ReadableStream<Uint8Array> {
    const encoding = headers.get('content-encoding')?.toLowerCase();
    // As in the platform's `fetch`, compressed data without its end is accepted.
    if (encoding === 'gzip') this.decoder = createGunzip({ flush: SYNC, finishFlush: SYNC });
    if (encoding === 'br') this.decoder = createBrotliDecompress({ flush: FLUSH, finishFlush: FLUSH });
    this.decoder?.on('data', this.push).on('end', this.complete).on('error', this.fail);
    // `onResponseData` has paused the connection, because the decoder was full.
    this.decoder?.on('drain', () => this.control?.resume());
    const pull = (reader: ReadableStreamDefaultController<Uint8Array>): void => {
      this.reader = reader;
      this.deliver();
    };
    const body = new ReadableStream<Uint8Array>({ pull, cancel: this.end }, { highWaterMark: 0 });
    dropped.register(body, this.fail);
    return body;
  }

  private readonly push = (chunk: Uint8Array): void => {
    if (this.state === 'over') return;
    if (this.chunks.push(chunk) === 1) queueMicrotask(this.deliver);
    this.bytes += chunk.length;
    if (this.bytes >= AHEAD) (this.decoder ?? this.control)?.pause();
  };

  /** Joins all buffered chunks and delivers them as one chunk, because one read of the socket can produce several chunks. */
  private readonly deliver = (): void => {
    const { reader, chunks } = this;
    if (reader === undefined) return;
    if (this.failure !== undefined) {
      reader.error(this.failure);
    } else if (chunks.length > 0) {
      [this.reader, this.chunks, this.bytes] = [undefined, [], 0];
      reader.enqueue(new Uint8Array(Buffer.concat(chunks)));
      (this.decoder ?? this.control)?.resume();
    } else if (this.state === 'complete') {
      this.end();
      reader.close();
    }
  };

  private readonly complete = (): void => {
    if (this.state === 'open') this.state = 'complete';
    if (this.hasBody) this.deliver();
    else this.end();
  };

  private readonly fail = (cause: unknown): void => {
    if (this.state === 'over') return;
    const { signal } = this.request;
    // The messages of the platform's `fetch`, after and before the headers.
    const problem = this.settle === undefined ? 'terminated' : 'fetch failed';
    this.failure = signal?.aborted === true ? signal.reason : new TypeError(problem, { cause });
    this.end();
    this.settle?.reject(this.failure);
    this.reader?.error(this.failure);
  };

  /** Releases everything, and closes a connection whose response has not arrived completely. */
  private readonly end = (): void => {
    if (this.state === 'open') this.control?.abort(new Error('the caller no longer needs the response'));
    this.state = 'over';
    this.chunks = [];
    this.request.signal?.removeEventListener('abort', this.fail);
    this.decoder?.destroy();
  };
}
