import { basename } from 'node:path/posix';
import { truncateText, LlmError, systemClock, type FilePart, type ImagePart } from '@majordomo/core';
import { atLeast, abortable, checkOptions, sniffMediaType, type KindsOf } from '@majordomo/core/toolkit';
import { download, type Download } from './download.ts';
import { resolveHost, systemResolve, type Resolve } from '@majordomo/wire-kit/internal';

/** Options of `fetchMedia`. */
export interface FetchMediaOptions {
  /** Signal that aborts the fetch immediately. */
  readonly signal?: AbortSignal | undefined;
  /** Maximum size of the body, in bytes. A larger body causes an `unsupported` error. @default 20_971_520 (20 MiB) */
  readonly maxBytes?: number | undefined;
  /** Hosts that may have a private address, as `name` or `name:port`. @default [] */
  readonly allow?: readonly string[] | undefined;
  /** Maximum time in milliseconds, including redirects. @default 30_000 */
  readonly timeoutMs?: number | undefined;
  /** Function that resolves a host name. @default the system's resolver */
  readonly resolve?: Resolve | undefined;
}

const KINDS: KindsOf<FetchMediaOptions> = {
  signal: 'object with addEventListener',
  maxBytes: atLeast(1),
  allow: 'array',
  timeoutMs: atLeast(1),
  resolve: 'function',
};

/**
 * Fetches an image or document for a message. Accepts http and https. Accepts private, loopback and link-local addresses only of
 * hosts in `allow`. Connects to the checked address. Follows three redirects, each of which is checked like the first URL and may
 * not lead from https to http. The first bytes, otherwise the response's content type, determine the media type. Throws
 * `invalid-request` for a rejected URL, `unsupported` (code `too-large`) above `maxBytes`, `network` or `timeout` for a failed
 * connection, and the kind of the HTTP status for an error response.
 *
 * @example user('What is this?', await fetchMedia('https://example.com/cat.jpg', { signal }))
 */
export async function fetchMedia(
  url: string | URL,
  options: FetchMediaOptions = {},
): Promise<ImagePart | FilePart> {
  checkOptions('fetchMedia', options, KINDS);
  const { timeoutMs = 30_000 } = options;
  const deadline = new AbortController();
  const signal = AbortSignal.any([
    ...(options.signal === undefined ? [] : [options.signal]),
    deadline.signal,
  ]);
  options.signal?.throwIfAborted();
  // `AbortSignal.timeout` rejects fractions of milliseconds and `Infinity`.
  const cancel = systemClock.timer(timeoutMs, () => {
    deadline.abort();
  });
  try {
    return toPart(await follow(parseUrl(url), options, signal));
  } catch (error) {
    if (options.signal?.aborted !== true && deadline.signal.aborted) {
      const message = `${hostOf(url)} timed out after ${timeoutMs} ms; raise timeoutMs`;
      throw new LlmError('timeout', message, { phase: 'total' });
    }
    throw error;
  } finally {
    cancel();
  }
}

/** Maximum number of redirects. */
const MAX_REDIRECTS = 3;

async function follow(start: URL, options: FetchMediaOptions, signal: AbortSignal): Promise<Download> {
  const { allow = [], maxBytes = 20 * 2 ** 20, resolve = systemResolve } = options;
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    // Race the lookup with the signal, because the resolver does not accept a signal.
    const address = await abortable(resolveHost(url, allow, resolve), signal);
    const found = await download(url, { address, maxBytes, signal });
    if (!(found instanceof URL)) return found;
    if (url.protocol === 'https:' && found.protocol === 'http:')
      throw refusedUrl(`${url.host} redirects from https to http; pass a URL that stays on https`);
    url = parseUrl(found);
  }
  throw refusedUrl(`${start.host} redirects more than ${MAX_REDIRECTS} times; pass the URL of the file`);
}

function parseUrl(value: string | URL): URL {
  const url = URL.parse(String(value));
  if (url === null) throw refusedUrl('the value is not a URL; pass an absolute http or https URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refusedUrl(`the protocol must be http or https, not ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw refusedUrl('a URL must not contain a user or password; remove them');
  return url;
}

function toPart({ url, bytes, declaredType }: Download): ImagePart | FilePart {
  const mediaType = sniffMediaType(bytes) ?? declaredType;
  if (mediaType.startsWith('image/')) return { type: 'image', mediaType, bytes };
  const name = nameIn(url);
  return { type: 'file', mediaType, bytes, ...(name === undefined ? {} : { name }) };
}

/** Returns the last segment of the path as a name without unsafe characters, or `undefined` for an empty segment. */
function nameIn({ pathname }: URL): string | undefined {
  const name = basename(decodePath(pathname).replaceAll('\\', '/'));
  const clean = truncateText(name.replaceAll(UNSAFE, ''), MAX_NAME_LENGTH).trim();
  return clean === '' || clean === '.' || clean === '..' ? undefined : clean;
}

/** Control characters, line separators and directional marks. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const MAX_NAME_LENGTH = 200;

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const hostOf = (url: string | URL): string => URL.parse(String(url))?.host ?? 'the URL';

const refusedUrl = (why: string): LlmError =>
  new LlmError('invalid-request', `cannot fetch: ${why}`, { code: 'refused-url' });
