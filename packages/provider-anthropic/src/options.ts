import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/**
 * Options of `createAnthropic`. `baseURL` is the origin without `/v1`. `apiKey` defaults to ANTHROPIC_API_KEY in the `env`
 * of the call, and `baseURL` to ANTHROPIC_BASE_URL in it, otherwise to `https://api.anthropic.com`.
 */
export interface AnthropicOptions extends ProviderOptions {
  /** Quirks that replace the known quirks of a model, for servers that differ. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** A client of `@anthropic-ai/sdk` to send with. It uses its own credential, base URL and `fetch`. */
  readonly client?: object | undefined;
}

export const DEFAULT_ID = 'anthropic';

export const ORIGIN = 'https://api.anthropic.com';

export const KEY_ENV: readonly string[] = ['ANTHROPIC_API_KEY'];

/** Options that other providers do not have. */
export const EXTRA_OPTIONS: ExtraOptions<AnthropicOptions> = { quirks: 'object', client: 'object' };
