import {
  article,
  checkKinds,
  config,
  isObject,
  TIMEOUTS,
  type Kind,
  type Kinds,
  type KindsOf,
} from '../check-kinds.ts';
import { LlmError } from '../contract/llm-error.ts';
import type { ProviderOptions } from '../contract/provider.ts';

/** The kinds of the options that a provider has besides those of every provider. */
export type OwnOptions<Options extends object> = Readonly<
  Record<Exclude<keyof Options, keyof ProviderOptions>, Kind>
>;

const COMMON: KindsOf<ProviderOptions> = {
  id: 'string',
  // A text, a function, or a secret that shows nothing: asked for at the first call.
  apiKey: true,
  baseURL: true,
  headers: 'object',
  fetch: 'function',
  timeouts: TIMEOUTS,
  vendor: 'string',
  billing: ['metered', 'included'],
};

/** `checkOptions` for those of a provider, and its base URL. `provider`: its id, for messages where the options have none. */
export function checkProviderOptions<Options extends ProviderOptions>(
  provider: string,
  options: Options,
  own: OwnOptions<Options>,
): void {
  const name = isObject(options) && typeof options.id === 'string' ? options.id : provider;
  checkOptions(name, options, { ...COMMON, ...own }, [], COMMON_NAMES);
  const { baseURL } = options;
  if (baseURL !== undefined) checkBaseURL(baseURL, `baseURL of ${name}`);
}

const COMMON_NAMES = { endpoint: 'baseURL', url: 'baseURL', key: 'apiKey', token: 'apiKey', name: 'id' };

/**
 * Throws `config` with the place for options that cannot be meant: of the wrong kind, mistyped, or missing though `needed`.
 * Values are not repeated. `what`: whose options, as the message begins. `elsewhere`: names that others have for an option,
 * and its name here, for the message.
 *
 * @example
 * checkOptions('createLedger', options, { store: 'object with reserve', storeTimeoutMs: 1, whenDown: ['admit', 'deny'] });
 */
export function checkOptions(
  what: string,
  options: unknown,
  kinds: Kinds,
  needed: readonly string[] = [],
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  const of = `${what}: `;
  if (!isObject(options)) throw config('options', 'must be an object', of);
  for (const [name, here] of Object.entries(elsewhere))
    if (!Object.hasOwn(kinds, name) && Reflect.get(options, name) !== undefined)
      throw config(name, `is not an option: it is called ${here} here`, of);
  checkKinds(options, kinds, '', of);
  for (const name of needed)
    if (Reflect.get(options, name) === undefined) throw config(name, missing(kinds[name]), of);
}

const missing = (kind: Kind | undefined): string =>
  typeof kind === 'string' ? `is missing: it must be ${article(kind)}` : 'is missing';

/** Throws `config` with the place for a time without an end. `of`: whose, and a colon. */
export function checkBounded(ms: number | undefined, path: string, of = ''): void {
  if (ms === Infinity) throw config(path, 'must be bounded', of);
}

/**
 * Throws `config` for what is not the address of an API: a URL over http or https, without a user, a query or a fragment.
 * The value itself is not repeated: it may hold a secret.
 */
export function checkBaseURL(value: unknown, what: string): void {
  const problem = problemOf(value);
  if (problem !== undefined) throw new LlmError('config', `${what} ${problem}`, { path: 'baseURL' });
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
