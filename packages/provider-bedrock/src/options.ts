import type { ProviderOptions } from '@majordomo/core';
import type { ExtraOptions } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/** Keys for signing; what an `AwsCredentialIdentity` of the SDK is. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** `baseURL` is the endpoint. `apiKey` is a Bedrock API key, sent as a bearer token; its variable is AWS_BEARER_TOKEN_BEDROCK. */
export interface BedrockOptions extends Omit<ProviderOptions, 'fetch'> {
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, what the SDK finds, us-east-1. */
  readonly region?: string | undefined;
  /**
   * Keys, or a function that is asked for them before every attempt. Default: AWS_ACCESS_KEY_ID and its companions in
   * the environment that majordomo was given; otherwise the SDK searches by itself, its own process environment included.
   */
  readonly credentials?: AwsCredentials | (() => AwsCredentials | Promise<AwsCredentials>) | undefined;
  /** A request handler of the SDK, or a function that makes one per client. Default: the SDK's own, over HTTP/2. */
  readonly requestHandler?: object | (() => object) | undefined;
  /** Where models differ from what is known of their ids; needed for ARNs that do not name their model. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** A `BedrockRuntimeClient` to be used as it is. */
  readonly client?: object | undefined;
}

/** What is not an option of every provider. */
export const OWN_OPTIONS: ExtraOptions<BedrockOptions> = {
  region: 'string',
  credentials: 'object or function',
  requestHandler: 'object or function',
  quirks: 'object',
  client: 'object',
};
