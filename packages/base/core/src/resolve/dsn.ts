import { LlmError } from '../types/llm-error.ts';
import type { DataHandling, Dsn, Env } from '../types/provider.ts';
import { definedMembers } from '../util/options.ts';

const PREFIX = 'LLM_';

/** Returns the name of the variable that describes a provider, such as `LLM_MY_PROV` for both `my-prov` and `my_prov`. */
export const dsnVariable = (provider: string): string => PREFIX + dsnName(provider).toUpperCase();

/** Returns the provider's id in the form that targets contain, which is lower case with `_` instead of `-`. */
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
/** End of a scheme for a server without TLS, as in `openai+http`. */
const PLAIN_HTTP = '+http';
/** Slashes at the end. The lookbehind lets the search begin only at the first slash of a run, so that its time is linear. */
const FINAL_SLASHES = /(?<!\/)\/+$/;
/** Problem of a DSN with a slash in the token. Without this check, errors would show the first part of the token as the host. */
const SLASH_IN_TOKEN =
  'a slash precedes the @: write %2F for a slash in the token, or %40 for an @ in the path';

/**
 * Parses `LLM_NAME=scheme://token@host[:port]/path?params`. The token ends at the last `@` before the path and is
 * percent-decoded, so it may contain `@`, `:` and, as `%2F`, a slash.
 *
 * Throws `config` with the index of the invalid character in `details.path` and the problem in `details.issues`. Errors never
 * contain the value of the variable, because the value contains a secret.
 */
export function checkDsn(variable: string, value: string): Dsn {
  const text = value.trim();
  /** Number of spaces before the DSN, which the offsets of errors include. */
  const spaces = value.length - value.trimStart().length;
  const match = SHAPE.exec(text);
  if (match === null) {
    const at = SCHEME.exec(text)?.[0].length ?? 0;
    throw dsnError(variable, 'it is not of the form scheme://token@host/path', spaces + at);
  }
  const [, rawScheme = '', authority = '', rawPath = '', query = ''] = match;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const authorityAt = spaces + rawScheme.length + '://'.length;
  const hostAt = authorityAt + at + 1;
  if (at === -1 && rawPath.includes('@'))
    throw dsnError(variable, SLASH_IN_TOKEN, authorityAt + authority.length);
  if (host === '') throw dsnError(variable, 'it has no host', hostAt);
  // `HOST` also accepts ports above 65535 and malformed IPv6 addresses, which the URL parser rejects.
  if (!HOST.test(host) || !URL.canParse(`https://${host}`))
    throw dsnError(variable, 'its host is not valid', hostAt);
  const isPlain = rawScheme.toLowerCase().endsWith(PLAIN_HTTP);
  const scheme = isPlain ? rawScheme.slice(0, -PLAIN_HTTP.length) : rawScheme;
  const path = rawPath.replace(FINAL_SLASHES, '');
  const dsn = {
    name: dsnProvider(variable),
    scheme: scheme.toLowerCase(),
    host,
    path,
    baseURL: `${isPlain ? 'http' : 'https'}://${host}${path}`,
    ...readParams(variable, value, query),
  };
  // The token is not enumerable, so that logs and copies of the DSN do not contain it.
  return Object.defineProperty(dsn, 'token', {
    value: decodeToken(authority.slice(0, Math.max(at, 0))),
  }) as Dsn;
}

/** Parameters that describe data handling, with the pattern of their values and a description for errors. */
const DATA_PARAMS = {
  data_region: [/^[a-z][a-z0-9-]*$/, 'a region in lower case, such as eu'],
  data_retention_days: [/^\d{1,5}$/, 'a number of days'],
  data_trains_on: [/^(?:true|false)$/, 'true or false'],
} as const;

/** Separates the parameters that describe data handling from those that the scheme reads. */
function readParams(variable: string, value: string, query: string): Pick<Dsn, 'params' | 'data'> {
  const all: Readonly<Record<string, string>> = Object.fromEntries(new URLSearchParams(query));
  for (const [name, [pattern, expected]] of Object.entries(DATA_PARAMS)) {
    if (Object.hasOwn(all, name) && !pattern.test(all[name] ?? ''))
      throw dsnError(variable, `${name} must be ${expected}`, value.indexOf(name, value.indexOf('?')));
  }
  const { data_region: region, data_retention_days: days, data_trains_on: trains, ...params } = all;
  const data: DataHandling = definedMembers({
    region,
    retentionDays: days === undefined ? undefined : Number(days),
    trainsOn: trains === undefined ? undefined : trains === 'true',
  });
  return { params, ...(Object.keys(data).length > 0 && { data }) };
}

/** Returns the token with its percent-encoded characters, or the token itself if it contains a percent sign that encodes nothing. */
function decodeToken(token: string): string | undefined {
  if (token === '') return undefined;
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

/** Returns the error of an invalid DSN. `offset` is the index of the invalid character in the value. */
export function dsnError(
  variable: string,
  problem: string,
  offset: number,
  remedy = `write for example ${variable}=openai://TOKEN@host/v1`,
): LlmError {
  const message = `${variable} cannot be used as a backend: ${problem}; ${remedy}`;
  return new LlmError('config', message, {
    code: 'bad-dsn',
    path: String(offset),
    issues: [{ path: [offset], message: problem }],
  });
}
