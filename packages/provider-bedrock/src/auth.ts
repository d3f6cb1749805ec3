import { LlmError, type Env, type ModelContext, type Recovery } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { credentialSource, type CredentialSource } from '@majordomo/wire-kit';
import type { AwsCredentials, BedrockOptions } from './options.ts';

/** Where the region and the credentials of a call come from: no value of them is a secret. */
export interface BedrockSources {
  /** `undefined`: the SDK finds it, in its own environment or `~/.aws/config`; without one it is us-east-1. */
  readonly region: string | undefined;
  readonly regionFrom: 'option' | 'AWS_REGION' | 'AWS_DEFAULT_REGION' | 'the SDK';
  readonly credentialsFrom:
    | 'option client'
    | 'option apiKey'
    | 'option credentials'
    | 'AWS_BEARER_TOKEN_BEDROCK'
    | 'AWS_ACCESS_KEY_ID'
    | 'AWS_PROFILE'
    | 'the SDK';
}

/** Options first, then the variables that the app handed over, in the order of the AWS tools; then the SDK's own search. */
export function sourcesOf(options: BedrockOptions, env: Env): BedrockSources {
  return { ...regionOf(options, env), credentialsFrom: credentialsFrom(options, env) };
}

function regionOf({ region }: BedrockOptions, env: Env): Pick<BedrockSources, 'region' | 'regionFrom'> {
  if (region !== undefined) return { region, regionFrom: 'option' };
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const) {
    if (isSet(env[name])) return { region: env[name], regionFrom: name };
  }
  return { region: undefined, regionFrom: 'the SDK' };
}

function credentialsFrom(
  { client, apiKey, credentials }: BedrockOptions,
  env: Env,
): BedrockSources['credentialsFrom'] {
  if (client !== undefined) return 'option client';
  if (apiKey !== undefined) return 'option apiKey';
  if (credentials !== undefined) return 'option credentials';
  if (isSet(env['AWS_BEARER_TOKEN_BEDROCK'])) return 'AWS_BEARER_TOKEN_BEDROCK';
  if (isSet(env['AWS_ACCESS_KEY_ID']) && isSet(env['AWS_SECRET_ACCESS_KEY'])) return 'AWS_ACCESS_KEY_ID';
  return isSet(env['AWS_PROFILE']) ? 'AWS_PROFILE' : 'the SDK';
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

/** What one attempt signs with. */
export interface Auth {
  readonly token?: string | undefined;
  readonly keys?: AwsCredentials | undefined;
  /** For the SDK's own search. */
  readonly profile?: string | undefined;
  /** After a refusal: how to ask for another. */
  readonly recovery?: (() => Recovery | undefined) | undefined;
}

/** Asks for the credential of an attempt; functions are asked again each time, so that rotated keys are picked up. */
export function authSource(options: BedrockOptions): (context: ModelContext) => Promise<Auth> {
  const bearer: CredentialSource = credentialSource(options.apiKey, ['AWS_BEARER_TOKEN_BEDROCK']);
  return async (context) => {
    const { env } = context;
    switch (credentialsFrom(options, env)) {
      case 'option apiKey':
      case 'AWS_BEARER_TOKEN_BEDROCK': {
        const token = await bearer.resolve(context);
        return { token, recovery: () => bearer.renewal(token) };
      }
      case 'option credentials':
        return given(options.credentials, context);
      case 'AWS_ACCESS_KEY_ID':
        return { keys: fromEnv(env) };
      case 'AWS_PROFILE':
        return { profile: env['AWS_PROFILE'] };
      case 'option client':
      case 'the SDK':
        return {};
    }
  };
}

async function given(credentials: BedrockOptions['credentials'], context: ModelContext): Promise<Auth> {
  if (typeof credentials !== 'function') return { keys: bare(credentials) };
  try {
    return { keys: bare(await credentials()), recovery: () => ASKED_AGAIN };
  } catch (cause) {
    if (LlmError.is(cause) || context.signal.aborted) throw cause;
    const { target } = context;
    const said = redact(cause instanceof Error ? cause.message : String(cause));
    throw new LlmError(
      'auth',
      `no AWS credentials for ${target}: their source failed: ${said}`,
      { target },
      { cause },
    );
  }
}

/** Without the SDK's own marks on it: clients are cached by what is here. */
const bare = ({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials = NO_KEYS): AwsCredentials => ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
});
const NO_KEYS: AwsCredentials = { accessKeyId: '', secretAccessKey: '' };
const ASKED_AGAIN: Recovery = {
  id: 'credential',
  what: 'asked for new credentials',
  apply: (request) => request,
};

const fromEnv = (env: Env): AwsCredentials => ({
  accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  sessionToken: isSet(env['AWS_SESSION_TOKEN']) ? env['AWS_SESSION_TOKEN'] : undefined,
});

/** Values that no error may show. */
export const secretsOf = ({ token, keys }: Auth): readonly string[] =>
  [token, keys?.secretAccessKey, keys?.sessionToken].filter((value) => value !== undefined);
