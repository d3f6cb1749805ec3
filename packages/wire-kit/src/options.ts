import { type Env, LlmError, type ProviderOptions } from '@majordomo/core';
import { checkOptions, isObject, type Kind, type KindsOf, TIMEOUT_KINDS } from '@majordomo/core/toolkit';

/** The kinds of the options that a provider has besides those of every provider. */
export type ExtraOptions<Options extends object> = Readonly<
  Record<Exclude<keyof Options, keyof ProviderOptions>, Kind>
>;

const COMMON_KINDS: KindsOf<ProviderOptions> = {
  id: 'string',
  // A text, a function, or a secret that shows nothing: asked for at the first call.
  apiKey: true,
  baseURL: true,
  headers: 'object',
  fetch: 'function',
  timeouts: TIMEOUT_KINDS,
  vendor: 'string',
  billing: ['metered', 'included'],
};

/** `checkOptions` for those of a provider, and its base URL. `provider`: its id, for messages where the options have none. */
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
 * Throws `config` for what is not the address of an API: a URL over http or https, without a user, a query or a fragment.
 * The value itself is not repeated: it may hold a secret.
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
  if (typeof value !== 'string') return 'must be a text such as https://host/v1';
  if (!URL.canParse(value)) return 'is not a URL: write for example https://host/v1';
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
  if (username !== '' || password !== '')
    return 'holds a user or a password: give them as apiKey or in headers';
  if (/[?#]/.test(value))
    return 'must end before its ? or #: what follows would stand before the path of each call';
  return undefined;
}
