import { LlmError } from '../contract/llm-error.ts';
import type { ProviderOptions } from '../contract/provider.ts';
import { didYouMean, nearest } from '../resolve/did-you-mean.ts';

/** The members that a provider's options have besides those of every provider. */
export type OwnOptions<Options extends object> = Readonly<
  Record<Exclude<keyof Options, keyof ProviderOptions>, true>
>;

const COMMON: Readonly<Record<keyof ProviderOptions, true>> = {
  id: true,
  apiKey: true,
  baseURL: true,
  headers: true,
  fetch: true,
  timeouts: true,
  vendor: true,
  billing: true,
};

/**
 * Throws `config` with the member's name for options of a `create…` function that cannot be meant: one that is nearly the
 * name of another, or a base URL that leads nowhere. `provider`: its id, for the message.
 */
export function checkProviderOptions<Options extends ProviderOptions>(
  provider: string,
  options: Options,
  own: OwnOptions<Options>,
): void {
  checkMembers(`the options of ${provider}`, options, { ...COMMON, ...own });
  const { baseURL } = options;
  if (baseURL !== undefined) checkBaseURL(baseURL, `baseURL of ${provider}`);
}

/** Throws `config` for a member whose name is nearly one of the known; others belong to somebody else. */
export function checkMembers(what: string, given: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof given !== 'object' || given === null) throw new LlmError('config', `${what} must be an object`);
  const names = Object.keys(known);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name) || nearest(name, names) === undefined) continue;
    const message = `"${name}" is not a member of ${what}${didYouMean(name, names)}`;
    throw new LlmError('config', message, { path: name });
  }
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
