import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/** `baseURL` is the origin, as the SDK means it; default `https://api.anthropic.com`. */
export interface AnthropicOptions extends ProviderOptions {
  /** Where a server differs from what is known of its models; wins over it. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** A client of `@anthropic-ai/sdk` to be used as it is, with its own credential, base URL and fetch. */
  readonly client?: object | undefined;
}

/** Of a provider that is not named otherwise. */
export const ID = 'anthropic';

/** The vendor's own. */
export const ORIGIN = 'https://api.anthropic.com';

/** Where its key is looked for. */
export const KEY_ENV: readonly string[] = ['ANTHROPIC_API_KEY'];

/** What is not an option of every provider. */
export const OWN_OPTIONS: ExtraOptions<AnthropicOptions> = { quirks: 'object', client: 'object' };
