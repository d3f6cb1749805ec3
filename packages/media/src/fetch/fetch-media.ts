import { basename } from 'node:path/posix';
import { truncateText, LlmError, systemClock, type FilePart, type ImagePart } from '@majordomo/core';
import { checkOptions, type KindsOf, sniffMediaType } from '@majordomo/core/toolkit';
import { download, type Download } from './download.ts';
import { resolveHost, systemResolve, type Resolve } from './resolve-host.ts';

/** What may be fetched, from where, and how long it may take. */
export interface FetchMediaOptions {
  /** Ends the fetch at once. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes; the download ends at the first one more. Default: 20,971,520 (20 MiB). */
  readonly maxBytes?: number | undefined;
  /** Hosts, as `name` or `name:port`, that may have a private address. */
  readonly allow?: readonly string[] | undefined;
  /** Redirects that are followed, each checked like the first address. Default: 3. */
  readonly maxRedirects?: number | undefined;
  /** For the whole of it, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How names become addresses. Default: the system's resolver. */
  readonly resolve?: Resolve | undefined;
}

const KINDS: KindsOf<FetchMediaOptions> = {
  signal: 'object with addEventListener',
  maxBytes: 1,
  allow: 'array',
  maxRedirects: 0,
  timeoutMs: 1,
  resolve: 'function',
};

/**
 * Fetches a picture or document for a message, with limits: http and https only, no private, loopback or link-local
 * address (the address that was checked is the one connected to), bounded redirects, bytes and time. The type is the
 * one that the bytes have. Failures are `LlmError`s: `invalid-request` for a refused URL, `unsupported` (code
 * `too-large`) above `maxBytes`, `network` and `timeout` for the connection, else the kind of the HTTP status.
 *
 * @example user('What is this?', await fetchMedia('https://example.com/cat.jpg', { signal }))
 */
export async function fetchMedia(
  url: string | URL,
  options: FetchMediaOptions = {},
): Promise<ImagePart | FilePart> {
  checkOptions('fetchMedia', options, KINDS);
  const { timeoutMs = 30_000 } = options;
  const late = new AbortController();
  const deadline = late.signal;
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  options.signal?.throwIfAborted();
  // The platform's `AbortSignal.timeout` takes no parts of milliseconds, and no time without an end.
  const cancel = systemClock.timer(timeoutMs, () => {
    late.abort();
  });
  try {
    return toPart(await follow(parsed(url), options, signal));
  } catch (error) {
    if (options.signal?.aborted !== true && deadline.aborted) {
      throw new LlmError('timeout', `${hostOf(url)} took more than ${timeoutMs} ms`, { phase: 'total' });
    }
    throw error;
  } finally {
    cancel();
  }
}

async function follow(start: URL, options: FetchMediaOptions, signal: AbortSignal): Promise<Download> {
  const { allow = [], maxBytes = 20 * 2 ** 20, maxRedirects = 3, resolve = systemResolve } = options;
  let url = start;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const address = await abortable(resolveHost(url, allow, resolve), signal);
    const found = await download(url, { address, maxBytes, signal });
    if (!(found instanceof URL)) return found;
    if (url.protocol === 'https:' && found.protocol === 'http:')
      throw refused(`${url.host} redirects to plain http`);
    url = parsed(found);
  }
  throw refused(`${start.host} redirects more than ${maxRedirects} times`);
}

function parsed(value: string | URL): URL {
  const url = URL.parse(String(value));
  if (url === null) throw refused('not a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(`${url.protocol} is not fetched`);
  if (url.username !== '' || url.password !== '')
    throw refused('a URL with a user or password is not fetched');
  return url;
}

function toPart({ url, bytes, declaredType }: Download): ImagePart | FilePart {
  const mediaType = sniffMediaType(bytes) ?? declaredType;
  if (mediaType.startsWith('image/')) return { type: 'image', mediaType, bytes };
  const name = nameIn(url);
  return { type: 'file', mediaType, bytes, ...(name === undefined ? {} : { name }) };
}

/** The last part of the path, as a name that may be written to a terminal, a header or a folder; `undefined` for none. */
function nameIn({ pathname }: URL): string | undefined {
  const name = basename(decoded(pathname).replaceAll('\\', '/'));
  const clean = truncateText(name.replaceAll(UNSAFE, ''), LONGEST_NAME).trim();
  return clean === '' || clean === '.' || clean === '..' ? undefined : clean;
}

/** Control characters, line separators, and marks that turn the direction of what follows. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const LONGEST_NAME = 200;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The resolver knows no signal. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

const hostOf = (url: string | URL): string => URL.parse(String(url))?.host ?? 'the URL';

const refused = (why: string): LlmError =>
  new LlmError('invalid-request', `cannot fetch: ${why}`, { code: 'refused-url' });
