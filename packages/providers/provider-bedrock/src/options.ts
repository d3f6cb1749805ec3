import type { ProviderOptions } from '@majordomo/core';
import type { Kinds } from '@majordomo/core/toolkit';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/** AWS keys for signing requests (`AwsCredentialIdentity` in the SDK). */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/**
 * Options of `createBedrock`. `baseURL` is the endpoint, by default AWS_ENDPOINT_URL_BEDROCK_RUNTIME or AWS_ENDPOINT_URL in
 * `env`, otherwise the endpoint of the region. Endpoints in the process environment and in `~/.aws/config` are ignored. `apiKey` is a
 * Bedrock API key, by default AWS_BEARER_TOKEN_BEDROCK in `env`. `headers` are signed.
 */
export interface BedrockOptions extends Omit<ProviderOptions, 'fetch'> {
  /**
   * AWS region.
   * @default AWS_REGION or AWS_DEFAULT_REGION in `env`, otherwise the region that the SDK determines, otherwise us-east-1
   */
  readonly region?: string | undefined;
  /**
   * AWS keys, or a function that returns AWS keys for each attempt.
   * @default AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in `env`, otherwise the SDK's credential chain,
   * which uses AWS_PROFILE of `env` and the process environment
   */
  readonly credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
  /**
   * Request handler for the SDK, for a proxy or HTTP/1.1, or a function that creates a handler for each client.
   * @default the SDK's handler for HTTP/2
   */
  readonly requestHandler?: object | (() => object) | undefined;
  /** Quirks that replace the known quirks of models, for example for an ARN without the model id. @default none */
  readonly quirks?: Partial<Quirks> | undefined;
  /**
   * `BedrockRuntimeClient` that sends the requests with its own region and credentials. Create it with `maxAttempts: 1`.
   * @default a new client
   */
  readonly client?: object | undefined;
}

export const EXTRA_OPTIONS: ExtraOptions<BedrockOptions> & Kinds = {
  fetch: 'refused: the SDK uses request handlers; pass requestHandler, or client in a test',
  region: 'string',
  credentials: 'object or function',
  requestHandler: 'object or function',
  quirks: 'object',
  client: 'object',
};
