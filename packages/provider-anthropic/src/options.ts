import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/**
 * Options of `createAnthropic`. `apiKey` defaults to ANTHROPIC_API_KEY in the `env` of the call. `baseURL` is the origin without
 * `/v1`. `baseURL` defaults to ANTHROPIC_BASE_URL in this `env`, or otherwise to `https://api.anthropic.com`.
 */
export interface AnthropicOptions extends ProviderOptions {
  /** Quirks that replace the known quirks of a model, for servers that differ from Anthropic's. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** `@anthropic-ai/sdk` client that sends the requests with its own credential, base URL and `fetch`. `@default` a new client */
  readonly client?: object | undefined;
  /**
   * Region in which the model runs. Sent as `inference_geo` with every request. Declared as `data.region` for Anthropic's
   * API. `@default` the workspace's default
   */
  readonly inferenceGeo?: 'us' | 'global' | undefined;
}

export const DEFAULT_ID = 'anthropic';

export const ORIGIN = 'https://api.anthropic.com';

export const KEY_ENV: readonly string[] = ['ANTHROPIC_API_KEY'];

/** Types of the options that are not part of `ProviderOptions`. */
export const EXTRA_OPTIONS: ExtraOptions<AnthropicOptions> = {
  quirks: 'object',
  client: 'object',
  inferenceGeo: ['us', 'global'],
};
