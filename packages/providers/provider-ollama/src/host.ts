import { LlmError } from '@majordomo/core';
import { checkBaseURL } from '@majordomo/wire-kit';
import { withoutFinalSlashes } from '@majordomo/wire-kit/internal';

const DEFAULT_PORT = '11434';
/** Host for which the default scheme is https, as in the vendor's client. */
const CLOUD_HOST = 'ollama.com';

/**
 * Returns the base URL for any form of OLLAMA_HOST: `1.2.3.4`, `h:1234`, `:1234`, `[::1]`, `http://h`, `https://h/path/`. Without
 * a scheme, uses http and port 11434 (https for `ollama.com`). With a scheme, uses the default port of the scheme. An address to
 * listen on (`0.0.0.0`) becomes the loopback address. Throws `config` for any other value.
 */
export function baseURLFromHost(host: string): string {
  const text = host.trim().replace(/^["']|["']$/g, '');
  if (text === CLOUD_HOST) return `https://${CLOUD_HOST}`;
  const hasScheme = /^https?:\/\//i.test(text);
  if (!hasScheme && text.includes('://')) throw invalidHost(host);
  const bare = text.startsWith(':') && !text.startsWith('::') ? `127.0.0.1${text}` : text;
  const isAddress6 = !hasScheme && /^[0-9a-f:.]*$/i.test(bare) && bare.split(':').length > 2;
  const written = hasScheme ? bare : `http://${isAddress6 ? `[${bare}]` : bare}`;
  const url = parsed(written);
  if (url === undefined || url.hostname === '') throw invalidHost(host);
  checkBaseURL(written, 'the address of Ollama');
  // `URL` drops the scheme's default port, so check the text for a port.
  const port = hasScheme || /:\d+(?:\/|$)/.test(written.slice('http://'.length)) ? url.port : DEFAULT_PORT;
  const path = withoutFinalSlashes(url.pathname);
  return `${url.protocol}//${REACHABLE_HOSTS[url.hostname] ?? url.hostname}${port === '' ? '' : `:${port}`}${path}`;
}

/** Loopback addresses for servers that listen on all addresses. */
const REACHABLE_HOSTS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };

const parsed = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined);

const invalidHost = (host: string): LlmError =>
  new LlmError(
    'config',
    `"${host}" is not a valid host; use host, host:port or http://host:port in OLLAMA_HOST or baseURL`,
    { path: 'baseURL' },
  );
