import { LlmError } from '../types/llm-error.ts';
import type { Dsn, Env } from '../types/provider.ts';

const PREFIX = 'LLM_';

/** The variable that describes a provider: `LLM_MY_PROV` for `my-prov` and for `my_prov`, which are one. */
export const dsnVariable = (provider: string): string => PREFIX + dsnName(provider).toUpperCase();

/** The provider's id as targets show it: lower case, `-` as `_`. */
export const dsnName = (provider: string): string => provider.toLowerCase().replaceAll('-', '_');
/** The id of the provider that a variable describes. */
export const dsnProvider = (variable: string): string => dsnName(variable.slice(PREFIX.length));

/** The variables that hold a DSN. `LLM_MODEL=gpt-5.4` and its like belong to others. */
export const dsnEntries = (env: Env): readonly (readonly [string, string])[] =>
  Object.entries(env).flatMap(([variable, value]) =>
    variable.startsWith(PREFIX) && value?.includes('://') === true ? [[variable, value] as const] : [],
  );

const SCHEME = /^[a-z][a-z0-9+.-]*/i;
const SHAPE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i;
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i;
const PLAIN_HTTP = '+http';

/**
 * Parses `LLM_NAME=scheme://token@host[:port]/path?params`. The token ends at the last `@` before the path and is
 * percent-decoded, so it may hold `@`, `:` and, as `%2F`, a slash. Throws `config` with the character as
 * `details.path` and the reason alone in `details.issues`; no error repeats the value, which holds a secret.
 */
export function checkDsn(variable: string, value: string): Dsn {
  const text = value.trim();
  const before = value.length - value.trimStart().length;
  const match = SHAPE.exec(text);
  if (match === null) {
    const at = SCHEME.exec(text)?.[0].length ?? 0;
    throw badDsn(variable, 'it is not of the form scheme://token@host/path', before + at);
  }
  const [, rawScheme = '', authority = '', rawPath = '', query = ''] = match;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const authorityAt = before + rawScheme.length + '://'.length;
  const hostAt = authorityAt + at + 1;
  if (at === -1 && rawPath.includes('@')) throw badDsn(variable, SPLIT_TOKEN, authorityAt + authority.length);
  if (host === '') throw badDsn(variable, 'it has no host', hostAt);
  if (!HOST.test(host) || !URL.canParse(`https://${host}`))
    throw badDsn(variable, 'its host is not valid', hostAt);
  const isPlain = rawScheme.toLowerCase().endsWith(PLAIN_HTTP);
  const scheme = isPlain ? rawScheme.slice(0, -PLAIN_HTTP.length) : rawScheme;
  const path = rawPath.replace(/(?<!\/)\/+$/, '');
  const dsn = {
    name: dsnProvider(variable),
    scheme: scheme.toLowerCase(),
    host,
    path,
    baseURL: `${isPlain ? 'http' : 'https'}://${host}${path}`,
    params: Object.fromEntries(new URLSearchParams(query)),
  };
  // Not enumerable: inspect, JSON and spread never show it.
  return Object.defineProperty(dsn, 'token', { value: decoded(authority.slice(0, Math.max(at, 0))) }) as Dsn;
}

/** The first half of such a token would be taken for the host, and shown as one. */
const SPLIT_TOKEN = 'a slash stands before the @: in a token write %2F for it, in a path %40 for the @';

function decoded(token: string): string | undefined {
  if (token === '') return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

/** `offset`: the character of the value at which it goes wrong. */
export function badDsn(variable: string, why: string, offset: number): LlmError {
  const message = `${variable} cannot be used as a backend: ${why}; write for example ${variable}=openai://TOKEN@host/v1`;
  return new LlmError('config', message, {
    code: 'bad-dsn',
    path: String(offset),
    issues: [{ path: [offset], message: why }],
  });
}
