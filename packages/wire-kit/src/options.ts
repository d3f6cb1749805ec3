import { type Env, LlmError, type ProviderOptions } from '@majordomo/core';
import { checkOptions, isObject, type Kind, type KindsOf, TIMEOUT_KINDS } from '@majordomo/core/toolkit';

/** Kinds of the options that a provider has in addition to `ProviderOptions`. */
export type ExtraOptions<Options extends object> = Readonly<
  Record<Exclude<keyof Options, keyof ProviderOptions>, Kind>
>;

const COMMON_KINDS: KindsOf<ProviderOptions> = {
  id: 'string',
  // A string, a function or an object that hides a secret; checked at the first call.
  apiKey: true,
  baseURL: true,
  headers: 'object',
  fetch: 'function',
  timeouts: TIMEOUT_KINDS,
  vendor: 'string',
  billing: ['metered', 'included'],
};

/** Checks the options and the base URL of a provider. `provider` is the id for messages if the options have none. */
export function checkProviderOptions<Options extends ProviderOptions>(
  provider: string,
  options: Options,
  extraKinds: ExtraOptions<Options>,
): void {
  const name = isObject(options) && typeof options.id === 'string' ? options.id : provider;
  checkOptions(name, options, { ...COMMON_KINDS, ...extraKinds }, [], COMMON_NAMES);
  const { baseURL } = options;
  if (baseURL !== undefined) checkBaseURL(baseURL, `baseURL of ${name}`);
}

const COMMON_NAMES = { endpoint: 'baseURL', url: 'baseURL', key: 'apiKey', token: 'apiKey', name: 'id' };

/**
 * Throws kind `config` unless the value is an `http:` or `https:` URL without user, query and fragment. The message does
 * not repeat the value, which can contain a secret.
 */
export function checkBaseURL(value: unknown, what: string): void {
  const problem = problemOf(value);
  if (problem !== undefined) throw new LlmError('config', `${what} ${problem}`, { path: 'baseURL' });
}

/**
 * Returns the base URL in the first of these variables that `env` sets, and `undefined` if it sets none. Throws `config`
 * for a value that `checkBaseURL` rejects. An explicit `baseURL` option must win over the result.
 */
export function baseURLFromEnv(env: Env, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const url = env[name]?.trim() ?? '';
    if (url === '') continue;
    checkBaseURL(url, name);
    return url;
  }
  return undefined;
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string such as https://host/v1';
  if (!URL.canParse(value)) return 'is not a URL: write for example https://host/v1';
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
  if (username !== '' || password !== '')
    return 'contains a user or a password: pass them as apiKey or in headers';
  if (/[?#]/.test(value)) return 'must not contain ? or #: each call appends its path to it';
  return undefined;
}
