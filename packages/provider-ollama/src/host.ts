import { LlmError } from '@majordomo/core';
import { checkBaseURL } from '@majordomo/wire-kit';

const DEFAULT_PORT = '11434';
/** The one bare host that is not plain http, as in the vendor's own client. */
const CLOUD_HOST = 'ollama.com';

/**
 * The base URL that a host in any of the forms of OLLAMA_HOST means: `1.2.3.4`, `h:1234`, `:1234`, `[::1]`, `http://h`,
 * `https://h/path/`. Without a scheme it is plain http at port 11434; with one the scheme's own port. An address to
 * listen on (`0.0.0.0`) is reached at the loopback address. Throws `config` when it is none of them.
 */
export function baseURLFromHost(host: string): string {
  const text = host.trim().replace(/^["']|["']$/g, '');
  if (text === CLOUD_HOST) return `https://${CLOUD_HOST}`;
  const hasScheme = /^https?:\/\//i.test(text);
  if (!hasScheme && text.includes('://')) throw badHost(host);
  const bare = text.startsWith(':') && !text.startsWith('::') ? `127.0.0.1${text}` : text;
  const isAddress6 = !hasScheme && /^[0-9a-f:.]*$/i.test(bare) && bare.split(':').length > 2;
  const written = hasScheme ? bare : `http://${isAddress6 ? `[${bare}]` : bare}`;
  const url = parsed(written);
  if (url === undefined || url.hostname === '') throw badHost(host);
  checkBaseURL(written, 'the address of Ollama');
  // `URL` drops a port that is the scheme's own, so the text has to tell whether one was named.
  const port = hasScheme || /:\d+(?:\/|$)/.test(written.slice('http://'.length)) ? url.port : DEFAULT_PORT;
  const path = url.pathname.replace(/(?<!\/)\/+$/, '');
  return `${url.protocol}//${REACHED_AT[url.hostname] ?? url.hostname}${port === '' ? '' : `:${port}`}${path}`;
}

/** `baseURLFromHost` for calls, which name the same host one after the other. */
export function baseURLs(): (host: string) => string {
  let last: { readonly host: string; readonly url: string } | undefined;
  return (host) => {
    if (last?.host !== host) last = { host, url: baseURLFromHost(host) };
    return last.url;
  };
}

/** Where a server that listens on all its addresses can be reached from its own machine. */
const REACHED_AT: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const badHost = (host: string): LlmError =>
  new LlmError(
    'config',
    `"${host}" is not a host: write host, host:port or http://host:port (OLLAMA_HOST or baseURL)`,
    { path: 'baseURL' },
  );
