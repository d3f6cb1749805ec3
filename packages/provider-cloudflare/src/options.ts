import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { RunQuirks } from './quirks.ts';

/** What is used of `env.AI` in a Worker. */
export interface AiBinding {
  /** Gives a stream of bytes, or an object. */
  run(model: string, input: object, options?: object): Promise<unknown>;
}

/** An AI Gateway in front of the models; only what is set is sent. */
export interface GatewayOptions {
  /** The gateway's name in the account. */
  readonly id: string;
  /** Seconds that an answer stays in the gateway's cache. */
  readonly cacheTtl?: number | undefined;
  /** Instead of the key that the gateway makes from the request. */
  readonly cacheKey?: string | undefined;
  /** Neither reads the cache nor writes it. */
  readonly skipCache?: boolean | undefined;
  /** For the gateway's log. */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /** `false` keeps the request out of the gateway's log. */
  readonly collectLog?: boolean | undefined;
}

/** `baseURL` is what the vendor's client means by it; default `https://api.cloudflare.com/client/v4`. */
export interface CloudflareOptions extends ProviderOptions {
  /** `env.AI`: no account and no key are needed then. */
  readonly binding?: AiBinding | undefined;
  /** Default: CLOUDFLARE_ACCOUNT_ID or CF_ACCOUNT_ID. */
  readonly accountId?: string | undefined;
  /** A `baseURL` of the app's own goes past it. */
  readonly gateway?: GatewayOptions | undefined;
  /** Requests with the same value go to the same machine, whose prompt cache knows them. */
  readonly sessionAffinity?: string | undefined;
  /** Where a model differs from what is known of its name; wins over it. */
  readonly quirks?: Partial<RunQuirks> | undefined;
}

/** What is not an option of every provider. */
export const OWN_OPTIONS: ExtraOptions<CloudflareOptions> = {
  binding: 'object with run',
  accountId: 'string',
  gateway: 'object',
  sessionAffinity: 'string',
  quirks: 'object',
};
