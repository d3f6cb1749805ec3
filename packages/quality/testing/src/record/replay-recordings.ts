import { type Clock, systemClock } from '@majordomo/core';
import { isDeepStrictEqual } from 'node:util';
import {
  bytesOf,
  type RecordedBody,
  type RecordedError,
  type RecordedRequest,
  type RecordedResponse,
  type Recording,
} from './recording.ts';
import { concealed, readSent } from './sent.ts';

/** Options of `replayRecordings`. */
export interface ReplayOptions {
  /** Delays of the responses: those of the recording (`recorded`), or `none`. `@default 'none'` */
  readonly pace?: 'none' | 'recorded' | undefined;
  /** Values of the recorder's option `secrets`, which are masked in requests before the comparison. `@default []` */
  readonly secrets?: readonly string[] | undefined;
  /** Clock for the delays of `pace`. `@default` the system clock */
  readonly clock?: Clock | undefined;
}

/** Function with the type of `fetch` that responds from recordings, without a connection. */
export interface ReplayingFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Recordings that have not been played yet. */
  readonly left: readonly Recording[];
  /** Throws if a request had no matching recording, or if a recording was not played. */
  done(): void;
}

/**
 * Returns a `fetch` that plays recordings. Each recording is used once, for the first request with the same method, path, query
 * and body. Headers, the host and a prefix of the path may differ, so the base URL does not matter. Any other request receives
 * status 400, which chains do not retry, with a message that contains the differences from the first unused recording.
 */
export function replayRecordings(
  recordings: readonly Recording[],
  options: ReplayOptions = {},
): ReplayingFetch {
  const left = [...recordings];
  const unexpected: string[] = [];
  const replaying = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    signal?.throwIfAborted();
    const sent = await concealed(readSent(input, init), options.secrets ?? []);
    const at = left.findIndex(({ request }) => differences(request, sent).length === 0);
    if (at !== -1) return play(left.splice(at, 1)[0] as Recording, signal ?? undefined, options);
    const [next] = left;
    const why = next === undefined ? ['no recording is left'] : differences(next.request, sent);
    const message = `unexpected request ${sent.method} ${new URL(sent.url).pathname}: ${why.join('; ')}`;
    unexpected.push(message);
    return refusal(message);
  };
  return Object.assign(replaying, {
    left,
    done() {
      const forgotten = left.map(
        ({ request }) => `unused recording: ${request.method} ${new URL(request.url).pathname}`,
      );
      const all = [...unexpected, ...forgotten];
      if (all.length > 0)
        throw new Error(`replayRecordings: requests and recordings differ; record again:\n${all.join('\n')}`);
    },
  });
}

/** Returns an error response that the SDKs of all APIs can parse. */
const refusal = (message: string): Response =>
  Response.json(
    { message, error: { type: 'invalid_request_error', code: 'unexpected-request', message } },
    { status: 400 },
  );

type Pace = Pick<ReplayOptions, 'pace' | 'clock'>;

async function play(
  { response, error }: Recording,
  signal: AbortSignal | undefined,
  options: Pace,
): Promise<Response> {
  if (response === null) throw broken(error);
  const wait = waiting(options, signal);
  await wait(response.headersAtMs);
  const { status, headers } = response;
  const isBodyless = [101, 204, 205, 304].includes(status);
  return new Response(isBodyless ? null : body(response, error, wait, signal), { status, headers });
}

/** Returns a function that waits until a number of milliseconds after the request. Rejects when the request is aborted. */
function waiting(
  { pace, clock = systemClock }: Pace,
  signal?: AbortSignal,
): (untilMs: number) => Promise<void> {
  const began = clock.now();
  return async (untilMs) => {
    const ms = pace === 'recorded' ? untilMs - (clock.now() - began) : 0;
    if (ms > 0) await clock.sleep(ms, signal ?? new AbortController().signal);
    signal?.throwIfAborted();
  };
}

function body(
  { chunks, end, endAtMs }: RecordedResponse,
  error: RecordedError | null,
  wait: (untilMs: number) => Promise<void>,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let next = 0;
  let onAbort: (() => void) | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        onAbort = () => {
          controller.error(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      },
      async pull(controller) {
        const chunk = chunks[next++];
        await wait(chunk?.atMs ?? endAtMs);
        if (chunk !== undefined) {
          controller.enqueue(new Uint8Array(bytesOf(chunk)));
          return;
        }
        if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
        if (end !== 'complete') throw end === 'broken' ? broken(error) : endedEarly(end);
        controller.close();
      },
      cancel() {
        if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      },
    },
    // Without a queue, a chunk is played only when the reader asks for it.
    { highWaterMark: 0 },
  );
}

/** Returns the error as Node's `fetch` throws it. */
function broken(error: RecordedError | null): Error {
  const { message = 'terminated', code = null, cause: causeMessage = message } = error ?? {};
  const cause = Object.assign(new Error(causeMessage), code === null ? {} : { code });
  return new TypeError(message, { cause });
}

/** Returns the error for a recording that ends before its response did. */
const endedEarly = (end: RecordedResponse['end']): Error =>
  new TypeError(`terminated: the recording ends here (${end})`);

/** Maximum number of differences that are reported in detail. */
const MOST = 5;
const LONGEST_VALUE = 80;

/** Returns at most `MOST` differences of two requests, and the number of further differences. Ignores base URL and headers. */
function differences(recorded: RecordedRequest, sent: RecordedRequest): readonly string[] {
  const found: string[] = [];
  const oldUrl = new URL(recorded.url);
  const newUrl = new URL(sent.url);
  oldUrl.searchParams.sort();
  newUrl.searchParams.sort();
  compare(recorded.method, sent.method, 'method', found);
  if (!isSamePath(oldUrl.pathname, newUrl.pathname)) compare(oldUrl.pathname, newUrl.pathname, 'path', found);
  compare(oldUrl.search, newUrl.search, 'query', found);
  compare(contentOf(recorded.body), contentOf(sent.body), 'body', found);
  return found.length > MOST ? [...found.slice(0, MOST), `and ${found.length - MOST} more`] : found;
}

/** Whether one path ends with the other path. A base URL, for example in `OPENAI_BASE_URL`, may add a prefix to a path. */
const isSamePath = (recorded: string, sent: string): boolean =>
  recorded.endsWith(sent) || sent.endsWith(recorded);

function contentOf(body: RecordedBody | null): unknown {
  if (body === null) return undefined;
  return 'json' in body ? body.json : 'text' in body ? body.text : body.base64;
}

/** Compares two JSON values at `path` and adds the differences to `found`. */
function compare(recorded: unknown, sent: unknown, path: string, found: string[]): void {
  if (isDeepStrictEqual(recorded, sent)) return;
  if (hasMembers(recorded) && hasMembers(sent) && Array.isArray(recorded) === Array.isArray(sent)) {
    for (const name of new Set([...Object.keys(recorded), ...Object.keys(sent)])) {
      const at = Array.isArray(recorded) ? `${path}[${name}]` : `${path}.${name}`;
      compare(recorded[name], sent[name], at, found);
    }
    return;
  }
  found.push(`${path}: recorded ${shown(recorded)}, sent ${shown(sent)}`);
}

const hasMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
