import { LlmError } from '../contract/llm-error.ts';
import type { Dsn } from '../contract/provider.ts';

/** `my-prov` and `my_prov` are one provider, and `LLM_MY_PROV` its variable. */
export const dsnName = (provider: string): string => provider.toLowerCase().replaceAll('-', '_');
export const dsnVariable = (provider: string): string => `LLM_${dsnName(provider).toUpperCase()}`;

const SHAPE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i;
const PLAIN_HTTP = '+http';

/**
 * Parses `scheme://token@host[:port]/path?params`. The token ends at the last `@` before the path and is
 * percent-decoded, so it may hold `@`, `:` and, as `%2F`, a slash. No error repeats the value: it holds a secret.
 */
export function parseDsn(variable: string, name: string, value: string): Dsn {
  const match = SHAPE.exec(value.trim());
  if (match === null) throw badDsn(variable, 'it is not of the form scheme://token@host/path');
  const [, rawScheme = '', authority = '', rawPath = '', query = ''] = match;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (host === '') throw badDsn(variable, 'it has no host');
  if (!HOST.test(host)) throw badDsn(variable, 'its host is not valid');
  const plain = rawScheme.toLowerCase().endsWith(PLAIN_HTTP);
  const scheme = plain ? rawScheme.slice(0, -PLAIN_HTTP.length) : rawScheme;
  const path = rawPath.replace(/(?<!\/)\/+$/, '');
  const dsn = {
    name,
    scheme: scheme.toLowerCase(),
    host,
    path,
    baseURL: `${plain ? 'http' : 'https'}://${host}${path}`,
    params: Object.fromEntries(new URLSearchParams(query)),
  };
  // Not enumerable: inspect, JSON and spread never show it.
  return Object.defineProperty(dsn, 'token', { value: decoded(authority.slice(0, Math.max(at, 0))) }) as Dsn;
}

function decoded(token: string): string | undefined {
  if (token === '') return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

export function badDsn(variable: string, why: string): LlmError {
  const message = `${variable} cannot be used as a backend: ${why}; write for example ${variable}=openai://TOKEN@host/v1`;
  return new LlmError('config', message, { code: 'bad-dsn' });
}
