import type { ModelContext, ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { ChatQuirks } from '@majordomo/provider-openai';

/** `baseURL` is the server's origin, such as `http://127.0.0.1:8080`; with `/v1` it is the same. */
export interface LlamaSwapOptions extends ProviderOptions {
  /** Where the servers behind it differ from llama.cpp's. */
  readonly quirks?: Partial<ChatQuirks> | undefined;
  /**
   * How pictures are asked for: `/sdapi/v1/txt2img` (default), or `/v1/images/generations`, where stable-diffusion.cpp
   * was seen to ignore the seed (2026-06).
   */
  readonly images?: 'txt2img' | 'images' | undefined;
  /**
   * The model that a name of its configuration stands for: vectors of one model mix wherever it runs, and of two models
   * never.
   */
  readonly spaces?: Readonly<Record<string, string>> | undefined;
}

/** What a call outside of majordomo's own may be given. */
export type ManageOptions = Partial<Pick<ModelContext, 'signal' | 'fetch' | 'headers'>>;

/** What is sent where the server asks for no key. */
const NO_KEY = 'no-key';

/** An empty key counts as none. */
export const keyOf = ({ apiKey }: ProviderOptions): NonNullable<ProviderOptions['apiKey']> =>
  apiKey === undefined || apiKey === '' ? NO_KEY : apiKey;

/** `baseURL` without `/v1`, which stands in the paths here, and without a slash at its end. An empty one counts as none. */
export const originOf = ({ baseURL }: ProviderOptions): string | undefined =>
  baseURL?.replace(/(?<!\/)\/+$/, '').replace(/\/v1$/, '') || undefined;

/** The options as they are checked; untyped code may give anything. */
export const withOrigin = (options: LlamaSwapOptions): LlamaSwapOptions =>
  typeof (options as ProviderOptions | null)?.baseURL === 'string'
    ? { ...options, baseURL: originOf(options) }
    : options;

/** What is not an option of every provider. */
export const OWN_OPTIONS: ExtraOptions<LlamaSwapOptions> = {
  quirks: 'object',
  images: ['txt2img', 'images'],
  spaces: 'object',
};
