import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  type BedrockRuntimeClientConfig,
  type ConverseStreamRequest,
} from '@aws-sdk/client-bedrock-runtime';
import type { Auth } from './auth.ts';
import type { AwsCredentials, BedrockOptions } from './options.ts';

export const converseCommand = (params: ConverseStreamRequest): ConverseCommand =>
  new ConverseCommand(params);
export const converseStreamCommand = (params: ConverseStreamRequest): ConverseStreamCommand =>
  new ConverseStreamCommand(params);

export const invokeCommand = (modelId: string, body: string): InvokeModelCommand =>
  new InvokeModelCommand({ modelId, body, contentType: 'application/json', accept: 'application/json' });

/**
 * Creates a client without retries. Sets the authentication scheme explicitly, so that a token in the process environment does
 * not replace the credentials of the call.
 */
export async function newClient(
  { baseURL, requestHandler }: BedrockOptions,
  region: string | undefined,
  { token, keys, profile }: Auth,
): Promise<BedrockRuntimeClient> {
  const handler: unknown =
    typeof requestHandler === 'function' ? (requestHandler as () => object)() : requestHandler;
  const config: BedrockRuntimeClientConfig = {
    maxAttempts: 1,
    // Without this setting, AWS_RETRY_MODE=adaptive in the process environment would delay calls.
    retryMode: 'standard',
    // Without this setting, an environment variable or an AWS configuration file could redirect prompts and signed requests.
    ignoreConfiguredEndpointUrls: true,
    ...(region !== undefined && { region }),
    ...(baseURL !== undefined && { endpoint: baseURL }),
    ...(handler !== undefined && {
      requestHandler: handler as NonNullable<BedrockRuntimeClientConfig['requestHandler']>,
    }),
    ...(profile !== undefined && { profile }),
    // At most one of `token` and `keys` is set.
    ...(token !== undefined && { token: { token }, authSchemePreference: ['httpBearerAuth'] }),
    ...(keys !== undefined && { credentials: signingKeys(keys), authSchemePreference: ['sigv4'] }),
  };
  const client = new BedrockRuntimeClient(config);
  if (region !== undefined) return client;
  // The SDK reads the region from AWS configuration files. It throws if they contain none.
  const configuredRegion = await client.config.region().catch(() => undefined);
  return configuredRegion === undefined
    ? new BedrockRuntimeClient({ ...config, region: 'us-east-1' })
    : client;
}

/** Returns the keys without an undefined `sessionToken`, which the SDK's types do not accept. */
const signingKeys = ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: AwsCredentials): AwsCredentials & { sessionToken?: string } =>
  sessionToken === undefined
    ? { accessKeyId, secretAccessKey }
    : { accessKeyId, secretAccessKey, sessionToken };
