import type { ModelContext, ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import { withoutFinalSlashes } from '@majordomo/wire-kit/internal';
import type { ChatQuirks } from '@majordomo/provider-openai';

/** Options of `createLlamaSwap`. `baseURL` is the origin, such as `http://127.0.0.1:8080`, with or without `/v1`. */
export interface LlamaSwapOptions extends ProviderOptions {
  /** Quirks for servers that differ from llama.cpp. @default those of llama.cpp */
  readonly quirks?: Partial<ChatQuirks> | undefined;
  /**
   * Endpoint for images. `txt2img`: `/sdapi/v1/txt2img`. `images`: `/v1/images/generations`, where stable-diffusion.cpp ignores
   * the seed (observed 2026-06).
   * @default 'txt2img'
   */
  readonly images?: 'txt2img' | 'images' | undefined;
  /** Embedding model for each configured name. Only vectors of the same embedding model can be compared. @default none */
  readonly vectorSpaces?: Readonly<Record<string, string>> | undefined;
}

/** Options of a management call. */
export type ManageOptions = Partial<Pick<ModelContext, 'signal' | 'fetch' | 'headers'>>;

/** Key that is sent if the application sets no key. */
const NO_KEY = 'no-key';

/** Returns the key, or `no-key` if the key is missing or empty. */
export const keyOf = ({ apiKey }: ProviderOptions): NonNullable<ProviderOptions['apiKey']> =>
  apiKey === undefined || apiKey === '' ? NO_KEY : apiKey;

/**
 * Returns `baseURL` without a trailing slash and without `/v1`, because the paths contain `/v1`. Returns `undefined` for an empty
 * `baseURL`.
 */
export const originOf = ({ baseURL }: ProviderOptions): string | undefined =>
  withoutFinalSlashes(baseURL ?? '').replace(/\/v1$/, '') || undefined;

/** Returns the options with the origin as `baseURL`, or without an empty one. JavaScript callers may pass values of any type. */
export const withOrigin = (options: LlamaSwapOptions): LlamaSwapOptions =>
  typeof (options as ProviderOptions | null)?.baseURL === 'string'
    ? { ...options, baseURL: originOf(options) }
    : options;

export const EXTRA_OPTIONS: ExtraOptions<LlamaSwapOptions> = {
  quirks: 'object',
  images: ['txt2img', 'images'],
  vectorSpaces: 'object',
};
