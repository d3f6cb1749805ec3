import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/** Keys for signing, as `AwsCredentialIdentity` of the SDK. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/**
 * Options of `createBedrock`. `baseURL` is the endpoint; it defaults to AWS_ENDPOINT_URL_BEDROCK_RUNTIME or
 * AWS_ENDPOINT_URL in `env`, otherwise to the endpoint of the region. `apiKey` is a Bedrock API key, which defaults to
 * AWS_BEARER_TOKEN_BEDROCK in `env`.
 */
export interface BedrockOptions extends Omit<ProviderOptions, 'fetch'> {
  /**
   * AWS region.
   * @default AWS_REGION or AWS_DEFAULT_REGION of `env`, otherwise what the SDK finds, otherwise us-east-1
   */
  readonly region?: string | undefined;
  /**
   * Keys, or a function that returns them for each attempt. Default: AWS_ACCESS_KEY_ID and its companions in `env`,
   * otherwise the SDK's search, which includes its own process environment.
   */
  readonly credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
  /** A request handler of the SDK, or a function that creates one per client. Default: the SDK's own, over HTTP/2. */
  readonly requestHandler?: object | (() => object) | undefined;
  /** Quirks that replace the known quirks of models, for example for ARNs that do not name their model. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** A `BedrockRuntimeClient` to send with. */
  readonly client?: object | undefined;
}

export const EXTRA_OPTIONS: ExtraOptions<BedrockOptions> = {
  region: 'string',
  credentials: 'object or function',
  requestHandler: 'object or function',
  quirks: 'object',
  client: 'object',
};
