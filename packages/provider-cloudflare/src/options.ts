import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { RunQuirks } from './quirks.ts';

/** The member of `env.AI` that this package uses. */
export interface AiBinding {
  /** Returns a stream of bytes, or an object. */
  run(model: string, input: object, options?: object): Promise<unknown>;
}

/** Options of an AI Gateway in front of the models. Only defined members are sent. */
export interface GatewayOptions {
  /** Name of the gateway in the account. */
  readonly id: string;
  /** Time for which the gateway caches a response, in seconds. */
  readonly cacheTtl?: number | undefined;
  /** Cache key, instead of the one that the gateway derives from the request. */
  readonly cacheKey?: string | undefined;
  /**
   * Whether to bypass the cache.
   * @default false
   */
  readonly skipCache?: boolean | undefined;
  /** Metadata for the gateway's log. */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /**
   * Whether the gateway logs the request.
   * @default true
   */
  readonly collectLog?: boolean | undefined;
}

/**
 * Options of `createCloudflare`. `apiKey` defaults to CLOUDFLARE_API_TOKEN in the `env` of the call, `baseURL` to
 * `https://api.cloudflare.com/client/v4`.
 */
export interface CloudflareOptions extends ProviderOptions {
  /** `env.AI` of a Worker, which needs no account and no key. */
  readonly binding?: AiBinding | undefined;
  /**
   * Account id.
   * @default CLOUDFLARE_ACCOUNT_ID or CF_ACCOUNT_ID of `env`
   */
  readonly accountId?: string | undefined;
  /** AI Gateway for the requests. An explicit `baseURL` bypasses it. */
  readonly gateway?: GatewayOptions | undefined;
  /** Requests with the same value reach the same machine and its prompt cache. */
  readonly sessionAffinity?: string | undefined;
  /** Quirks that replace the known quirks of a model. */
  readonly quirks?: Partial<RunQuirks> | undefined;
}

export const EXTRA_OPTIONS: ExtraOptions<CloudflareOptions> = {
  binding: 'object with run',
  accountId: 'string',
  gateway: 'object',
  sessionAffinity: 'string',
  quirks: 'object',
};
