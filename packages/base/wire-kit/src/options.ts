import { type Env, LlmError, type ProviderOptions } from '@majordomo/core';
import {
  atLeast,
  checkOptions,
  isRecord,
  type Kind,
  type KindsOf,
  rejectUnknownOptions,
  TIMEOUT_KINDS,
} from '@majordomo/core/toolkit';

/** Types of the options that a provider has in addition to `ProviderOptions`. */
export type ExtraOptions<Options extends object> = Readonly<
  Record<Exclude<keyof Options, keyof ProviderOptions>, Kind>
>;

const COMMON_KINDS: KindsOf<ProviderOptions> = {
  id: 'string',
  // A missing key is allowed here, because it fails only the call that needs it.
  apiKey: 'string or function',
  // Any type is allowed here, because `checkBaseURL` checks the value.
  baseURL: true,
  headers: 'object',
  fetch: 'function',
  timeouts: TIMEOUT_KINDS,
  vendor: 'string',
  billing: ['metered', 'included'],
  data: { region: 'string', retentionDays: atLeast(0), trainsOn: 'boolean' },
};

/** Throws kind `config` for invalid and unknown options of a provider. Errors name the option `id`, or `provider` if no `id` is set. */
export function checkProviderOptions<Options extends ProviderOptions>(
  provider: string,
  options: Options,
  extraKinds: ExtraOptions<Options>,
): void {
  const name = isRecord(options) && typeof options['id'] === 'string' ? options['id'] : provider;
  const kinds = { ...COMMON_KINDS, ...extraKinds };
  checkOptions(name, options, kinds, [], COMMON_NAMES);
  rejectUnknownOptions(options, kinds, `${name}: `);
  const { baseURL } = options;
  if (baseURL !== undefined) checkBaseURL(baseURL, `baseURL of ${name}`);
}

/** Names that other libraries use. */
const COMMON_NAMES = { endpoint: 'baseURL', url: 'baseURL', key: 'apiKey', token: 'apiKey', name: 'id' };

/**
 * Throws kind `config` unless the value is an `http:` or `https:` URL without a user, a query and a fragment. The message omits
 * the value, which can contain a secret.
 */
export function checkBaseURL(value: unknown, what: string): void {
  const problem = problemOf(value);
  if (problem !== undefined) throw new LlmError('config', `${what} ${problem}`, { path: 'baseURL' });
}

/**
 * Returns the base URL from the first of these variables that is set in `env`; `undefined` if none is set. Throws `config` if
 * `checkBaseURL` rejects the value.
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
  if (!URL.canParse(value)) return 'is not a URL; use for example https://host/v1';
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
  if (username !== '' || password !== '')
    return 'contains a user or a password; pass them in apiKey or in headers';
  if (/[?#]/.test(value)) return 'must not contain ? or #, because each call appends its path';
  return undefined;
}
