import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/**
 * Options of `createAnthropic`. `apiKey` defaults to ANTHROPIC_API_KEY in the `env` of the call. `baseURL` is the origin without
 * `/v1`. `baseURL` defaults to ANTHROPIC_BASE_URL in this `env`, or otherwise to `https://api.anthropic.com`.
 */
export interface AnthropicOptions extends ProviderOptions {
  /** Quirks that replace the known quirks of a model, for servers that differ from Anthropic's. @default none */
  readonly quirks?: Partial<Quirks> | undefined;
  /** Client of `@anthropic-ai/sdk` whose credential, base URL and `fetch` are used as well. @default a new client */
  readonly client?: object | undefined;
  /**
   * Region in which the model runs. Every request contains it as `inference_geo`. For Anthropic's API, it is also the value of
   * `data.region`. @default the workspace's default
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
