import { type Clock, systemClock } from '@majordomo/core';
import { patientFetch } from '@majordomo/wire-kit';
import { concealChunks, concealHeaders, credentialsOf, hidden } from './conceal.ts';
import {
  FORMAT,
  type RecordedChunk,
  type RecordedError,
  type RecordedResponse,
  type Recording,
} from './recording.ts';
import { sealRecording } from './seal.ts';
import { concealed, readSent, type Sent, textOf } from './sent.ts';
import { tap, type Tap } from './tap.ts';

/** Options of `record`. */
export interface RecordOptions {
  /** Writes a recording. Called after each exchange with a file name, such as `0001-POST-v1-messages.json`, and the content. */
  write(name: string, text: string): void | Promise<void>;
  /** Strings to mask in addition to the requests' credentials, such as other keys, account ids and names. */
  readonly secrets?: readonly string[] | undefined;
  /** Function that sends the requests. `@default` the `fetch` of the platform, without Node's timeouts */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Description of the recordings' origin, stored in each recording. `@default undefined` */
  readonly origin?: string | undefined;
  /** License of the recordings, stored in each recording. `@default undefined` */
  readonly licence?: string | undefined;
  /** Clock for the times in recordings and for `graceMs`. `@default` the system clock */
  readonly clock?: Clock | undefined;
}

/** Function with the type of `fetch` that records each request and its response. */
export interface RecordingFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Resolves when all recordings are written. A response that is still being read after `graceMs` milliseconds is recorded as
   * `unfinished`. Rejects if a recording was not written, for example because it would contain a secret. `@default 1_000`
   */
  done(graceMs?: number): Promise<void>;
}

/**
 * Wraps `fetch` to record its exchanges without secrets. The sent requests and the received responses do not change. Pass the
 * returned function as `fetch` to a provider or to `createMajordomo`.
 *
 * @example
 * const fetch = record({ write: (name, text) => writeFile(`recordings/${name}`, text), secrets: [apiKey] });
 * const provider = createOpenAI({ apiKey, fetch });
 */
export function record(options: RecordOptions): RecordingFetch {
  const { clock = systemClock, fetch = patientFetch } = options;
  const writing = new Set<Promise<void>>();
  const open = new Set<Tap>();
  const failures: unknown[] = [];
  let requests = 0;

  const keep = (number: number, found: Promise<Found>): void => {
    const written = write(number, found, options)
      .catch((error: unknown) => failures.push(error))
      .then(() => void writing.delete(written));
    writing.add(written);
  };

  const recording = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const sent = readSent(input, init);
    // The consumer of the body receives the body's error.
    sent.body.catch(() => undefined);
    const number = ++requests;
    const began = clock.now();
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const base = { options, sent, began, now: () => clock.now() };
    let response: Response;
    try {
      response = await fetch(input, sent.init);
    } catch (error) {
      keep(number, failed(base, error));
      throw error;
    }
    const headersAt = clock.now();
    const tapped = tap(response, base.now, signal ?? undefined);
    open.add(tapped);
    keep(
      number,
      answered(base, tapped, headersAt).finally(() => open.delete(tapped)),
    );
    return tapped.response;
  };

  return Object.assign(recording, {
    async done(graceMs = 1000) {
      const stop = clock.timer(graceMs, () => {
        for (const each of open) each.giveUp();
      });
      while (writing.size > 0) await Promise.all(writing);
      stop();
      const found = failures.splice(0);
      if (found.length > 1)
        throw new AggregateError(found, `record: ${found.length} recordings were not written; see errors`);
      if (found.length === 1) throw found[0] as Error;
    },
  });
}

interface Base {
  readonly options: RecordOptions;
  readonly sent: Sent;
  readonly began: number;
  now(): number;
}

/** Recording and the secrets that it must not contain. */
interface Found {
  readonly recording: Recording;
  readonly secrets: readonly string[];
}

/** Returns the recording of an exchange without a response. */
const failed = (base: Base, error: unknown): Promise<Found> =>
  recordingOf(base, secretsOf(base), null, error);

async function answered(base: Base, { response, chunks, over }: Tap, headersAt: number): Promise<Found> {
  const { end, error } = await over;
  const endAtMs = base.now() - base.began;
  const secrets = [...secretsOf(base), ...credentialsOf(response.headers)];
  const complete = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const bytes = chunks.map((chunk) => chunk.bytes);
  // A mask would damage binary data. A binary body is stored unchanged. If it contains a secret, `sealRecording` throws.
  // An incomplete body can end within a UTF-8 character, so it may be text although it is not valid UTF-8.
  const clean = end === 'complete' && textOf(complete) === undefined ? bytes : concealChunks(bytes, secrets);
  const found: RecordedResponse = {
    status: response.status,
    headers: concealHeaders(withoutEncoding(response.headers), secrets),
    headersAtMs: headersAt - base.began,
    chunks: clean.map((piece, at) => chunkOf(piece, (chunks[at]?.at ?? base.began) - base.began)),
    end,
    endAtMs,
  };
  return recordingOf(base, secrets, found, error);
}

const secretsOf = ({ options, sent }: Base): readonly string[] => [
  ...(options.secrets ?? []),
  ...credentialsOf(sent.headers, sent.url),
];

async function recordingOf(
  { options, sent, began }: Base,
  secrets: readonly string[],
  response: RecordedResponse | null,
  error: unknown,
): Promise<Found> {
  const recording: Recording = {
    format: FORMAT,
    recordedAt: new Date(began).toISOString(),
    origin: options.origin ?? null,
    licence: options.licence ?? null,
    request: await concealed(sent, secrets),
    response,
    error: error === undefined ? null : errorOf(error, secrets),
  };
  return { recording, secrets };
}

/** Removes headers that describe the encoded body, because the recorded body is decoded. */
function withoutEncoding(headers: Headers): Headers {
  const rest = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) rest.delete(name);
  return rest;
}

function chunkOf(bytes: Uint8Array, atMs: number): RecordedChunk {
  const text = textOf(bytes);
  return text === undefined ? { atMs, base64: Buffer.from(bytes).toString('base64') } : { atMs, text };
}

/** Returns the error to record. Node sets `code` on the innermost cause. */
function errorOf(error: unknown, secrets: readonly string[]): RecordedError {
  if (!(error instanceof Error))
    return { name: 'Error', message: hidden(String(error), secrets), code: null };
  let code: string | null = null;
  let innermost = error;
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') ({ code } = at);
    innermost = at;
  }
  const [message, cause] = [error, innermost].map((each) => hidden(each.message, secrets));
  return { name: error.name, message: message ?? '', code, ...(cause !== message && { cause }) };
}

async function write(number: number, found: Promise<Found>, options: RecordOptions): Promise<void> {
  const { recording, secrets } = await found;
  const { method, url } = recording.request;
  const text = sealRecording(recording, secrets);
  const path = new URL(url).pathname.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  await options.write(`${String(number).padStart(4, '0')}-${method}-${path.slice(0, 80)}.json`, text);
}
