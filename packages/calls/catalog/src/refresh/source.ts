import { LlmError, type Clock } from '@majordomo/core';
import { abortable, isLoopback } from '@majordomo/core/toolkit';
import type { CatalogSource, LoadedData, LoadedSource } from './contract.ts';

/** Options of a load from a URL. */
export interface LoadOptions {
  readonly maxBytes: number;
  readonly fetch: typeof globalThis.fetch;
}

/** Converts a URL to a source with `load`. Throws `config` for an invalid value, such as an `http:` URL of a remote host. */
export function sourceOf(from: CatalogSource, options: LoadOptions): LoadedSource {
  if (typeof from !== 'string' && !(from instanceof URL)) {
    if (typeof from.name === 'string' && typeof from.load === 'function') return from;
    throw optionError('must be a URL or an object with name and load');
  }
  const url = URL.parse(String(from));
  if (url === null) throw optionError('is not a URL; read a file with fileSource of @majordomo/catalog/node');
  if (!isAllowed(url)) throw optionError('must be https:; http: is allowed for loopback addresses only');
  return {
    // Omit the user and the query, because they may contain secrets.
    name: url.origin + url.pathname,
    load: ({ signal, etag }) => loadUrl(url, etag, signal, options),
  };
}

const optionError = (problem: string): LlmError =>
  new LlmError('config', `refreshed: from ${problem}`, { path: 'from' });

const isAllowed = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

/** Returns the result of `work`. After `ms` milliseconds, aborts its signal and rejects with `timeout`. 0 disables the limit. */
export async function timeLimited<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  clock: Clock,
): Promise<T> {
  const limit = new AbortController();
  const { signal } = limit;
  const end = (): void => {
    limit.abort(new LlmError('timeout', `no response within ${ms} ms; raise timeoutMs`));
  };
  const cancel = ms === 0 ? undefined : clock.timer(ms, end);
  try {
    // Call `work` in an async function, which rejects if `work` throws.
    return await abortable((async () => work(signal))(), signal);
  } finally {
    cancel?.();
  }
}

/** Returns an error whose message begins with the name of the source. */
export function failureOf(name: string, error: unknown): LlmError {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  // Add the cause, because only the cause of `fetch failed` states the reason.
  const reason = LlmError.is(error) || !(cause instanceof Error) ? message : `${message} (${cause.message})`;
  return new LlmError(kindOf(error), `${name}: ${reason}`, {}, { cause: error });
}

function kindOf(error: unknown): LlmError['kind'] {
  if (LlmError.is(error)) return error.kind;
  // `JSON.parse` throws a SyntaxError for a response that is not JSON.
  return error instanceof SyntaxError ? 'protocol' : 'network';
}

async function loadUrl(
  url: URL,
  etag: string | undefined,
  signal: AbortSignal,
  { fetch, maxBytes }: LoadOptions,
): Promise<LoadedData | undefined> {
  const headers = { accept: 'application/json', ...(etag !== undefined && { 'if-none-match': etag }) };
  const response = await fetch(url, { headers, signal });
  // A response that the application's own `fetch` has created has no URL.
  const isRedirectedToHttp = response.url !== '' && !isAllowed(new URL(response.url));
  if (isRedirectedToHttp) {
    await response.body?.cancel();
    throw new LlmError('protocol', 'the server redirects to an address that is not https:; use another URL');
  }
  if (!response.ok) {
    await response.body?.cancel();
    const isUnchanged = response.status === 304;
    if (isUnchanged) return undefined;
    throw new LlmError('server', `the server responded with status ${response.status}`, {
      status: response.status,
    });
  }
  const data: unknown = JSON.parse(await readText(response, maxBytes));
  const modified = Date.parse(response.headers.get('last-modified') ?? '');
  return {
    data,
    etag: response.headers.get('etag') ?? undefined,
    date: Number.isNaN(modified) ? undefined : new Date(modified).toISOString().slice(0, 10),
  };
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes)
      throw new LlmError('protocol', `the response is longer than maxBytes (${maxBytes}); raise maxBytes`, {
        path: 'maxBytes',
      });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
