import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { RunQuirks } from './quirks.ts';

/** Binding `env.AI` of a Worker, reduced to the method that this package uses. */
export interface AiBinding {
  /** Runs a model. Returns a stream of bytes, or an object. */
  run(model: string, input: object, options?: object): Promise<unknown>;
}

/** Options of an AI Gateway between the provider and the models. Only properties that are set are sent. */
export interface GatewayOptions {
  /** Name of the gateway in the account. */
  readonly id: string;
  /** Time for which the gateway caches a response, in seconds. @default the gateway's setting */
  readonly cacheTtl?: number | undefined;
  /** Cache key. @default a key that the gateway derives from the request */
  readonly cacheKey?: string | undefined;
  /**
   * Whether the request bypasses the gateway's cache.
   * @default false
   */
  readonly skipCache?: boolean | undefined;
  /** Metadata for the gateway's log. @default none */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /**
   * Whether the gateway logs the request.
   * @default true
   */
  readonly collectLog?: boolean | undefined;
}

/**
 * Options of `createCloudflare`. `apiKey` defaults to CLOUDFLARE_API_TOKEN in the `env` of the call. `baseURL` defaults to
 * `https://api.cloudflare.com/client/v4`.
 */
export interface CloudflareOptions extends ProviderOptions {
  /** Binding `env.AI` of a Worker. If it is set, the account and the key are not needed. @default the provider uses REST */
  readonly binding?: AiBinding | undefined;
  /**
   * Id of the Cloudflare account.
   * @default CLOUDFLARE_ACCOUNT_ID or CF_ACCOUNT_ID in `env`
   */
  readonly accountId?: string | undefined;
  /** AI Gateway that receives the requests. If `baseURL` is set, the gateway is not used. @default no gateway */
  readonly gateway?: GatewayOptions | undefined;
  /** Value that routes all requests with this value to one machine, so that they share a prompt cache. @default no routing */
  readonly sessionAffinity?: string | undefined;
  /** Quirks that replace the known quirks of a model. @default none */
  readonly quirks?: Partial<RunQuirks> | undefined;
}

export const EXTRA_OPTIONS: ExtraOptions<CloudflareOptions> = {
  binding: 'object with run',
  accountId: 'string',
  gateway: 'object',
  sessionAffinity: 'string',
  quirks: 'object',
};
