import { LlmError } from '../types/llm-error.ts';
import type { Dsn, Env } from '../types/provider.ts';

const PREFIX = 'LLM_';

/** Returns the name of the variable that describes a provider: `LLM_MY_PROV` for both `my-prov` and `my_prov`. */
export const dsnVariable = (provider: string): string => PREFIX + dsnName(provider).toUpperCase();

/** Returns the provider's id in the form that targets contain: lower case, with `_` instead of `-`. */
export const dsnName = (provider: string): string => provider.toLowerCase().replaceAll('-', '_');
/** Returns the id of the provider that a variable describes. */
export const dsnProvider = (variable: string): string => dsnName(variable.slice(PREFIX.length));

/** Returns the variables that contain a DSN. Other variables, such as `LLM_MODEL=gpt-5.4`, are ignored. */
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
 * percent-decoded, so it may contain `@`, `:` and, as `%2F`, a slash.
 *
 * Throws `config` with the index of the invalid character in `details.path` and the problem in `details.issues`. Errors never
 * contain the value of the variable, because it contains a secret.
 */
export function checkDsn(variable: string, value: string): Dsn {
  const text = value.trim();
  const before = value.length - value.trimStart().length;
  const match = SHAPE.exec(text);
  if (match === null) {
    const at = SCHEME.exec(text)?.[0].length ?? 0;
    throw dsnError(variable, 'it is not of the form scheme://token@host/path', before + at);
  }
  const [, rawScheme = '', authority = '', rawPath = '', query = ''] = match;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const authorityAt = before + rawScheme.length + '://'.length;
  const hostAt = authorityAt + at + 1;
  if (at === -1 && rawPath.includes('@'))
    throw dsnError(variable, SLASH_IN_TOKEN, authorityAt + authority.length);
  if (host === '') throw dsnError(variable, 'it has no host', hostAt);
  if (!HOST.test(host) || !URL.canParse(`https://${host}`))
    throw dsnError(variable, 'its host is not valid', hostAt);
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
  // The token is not enumerable, so that logs and copies of the DSN do not contain it.
  return Object.defineProperty(dsn, 'token', {
    value: decodeToken(authority.slice(0, Math.max(at, 0))),
  }) as Dsn;
}

/** Pattern of a DSN with a slash in the token. Without this check, errors would show the first part of the token as the host. */
const SLASH_IN_TOKEN =
  'a slash precedes the @: write %2F for a slash in the token, or %40 for an @ in the path';

function decodeToken(token: string): string | undefined {
  if (token === '') return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

/** @param offset index of the invalid character in the value */
export function dsnError(variable: string, problem: string, offset: number): LlmError {
  const message = `${variable} cannot be used as a backend: ${problem}; write for example ${variable}=openai://TOKEN@host/v1`;
  return new LlmError('config', message, {
    code: 'bad-dsn',
    path: String(offset),
    issues: [{ path: [offset], message: problem }],
  });
}
