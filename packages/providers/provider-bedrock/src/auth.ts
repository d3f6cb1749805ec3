import { LlmError, type Env, type ModelContext, type Recovery } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { credentialSource, type CredentialSource } from '@majordomo/wire-kit';
import type { AwsCredentials, BedrockOptions } from './options.ts';

/** Sources of the region and the credentials of a call, without secrets. */
export interface BedrockSources {
  /** AWS region. If it is `undefined`, the SDK reads it from the process environment or `~/.aws/config`, or uses us-east-1. */
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

/** Returns the first source that is set: an option, a variable of `env` (as in the AWS tools), or the SDK's credential chain. */
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

/** Credentials of one attempt. */
export interface Auth {
  readonly token?: string | undefined;
  readonly keys?: AwsCredentials | undefined;
  /** Name of the AWS profile for the SDK's credential chain. */
  readonly profile?: string | undefined;
  /** Returns the recovery that requests new credentials after the service rejected the current credentials. */
  readonly renew?: (() => Recovery | undefined) | undefined;
}

/**
 * Returns a function that determines the credentials of an attempt. If the option `apiKey` or `credentials` is a function, it is
 * called for each attempt, so that rotated keys are used.
 */
export function authSource(options: BedrockOptions): (context: ModelContext) => Promise<Auth> {
  const bearer: CredentialSource = credentialSource(options.apiKey, ['AWS_BEARER_TOKEN_BEDROCK']);
  return async (context) => {
    const { env } = context;
    switch (credentialsFrom(options, env)) {
      case 'option apiKey':
      case 'AWS_BEARER_TOKEN_BEDROCK': {
        const token = await bearer.resolve(context);
        return { token, renew: () => bearer.renewal(token) };
      }
      case 'option credentials':
        return credentialsOption(options.credentials, context);
      case 'AWS_ACCESS_KEY_ID':
        return { keys: fromEnv(env) };
      case 'AWS_PROFILE':
        return { profile: env['AWS_PROFILE'] };
      case 'option client':
      case 'the SDK':
        // The client or the SDK determines the credentials itself.
        return {};
    }
  };
}

async function credentialsOption(
  credentials: BedrockOptions['credentials'],
  context: ModelContext,
): Promise<Auth> {
  if (typeof credentials !== 'function') return { keys: copyKeys(credentials) };
  try {
    return { keys: copyKeys(await credentials()), renew: () => RENEWED };
  } catch (cause) {
    if (LlmError.is(cause) || context.signal.aborted) throw cause;
    const { target } = context;
    const reason = redact(cause instanceof Error ? cause.message : String(cause));
    const message = `${target}: the function in option \`credentials\` failed (${reason}); correct the function, or pass keys`;
    throw new LlmError('auth', message, { target }, { cause });
  }
}

/** Copies the keys without the properties that the SDK adds to them, because the copy is part of the key of a cached client. */
const copyKeys = ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: AwsCredentials = NO_KEYS): AwsCredentials => ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
});
const NO_KEYS: AwsCredentials = { accessKeyId: '', secretAccessKey: '' };
/** Recovery with the id of all recoveries that request another credential, by which a pool of keys recognizes them. */
const RENEWED: Recovery = {
  id: 'credential',
  what: 'requested new credentials',
  changesCredential: true,
  apply: (request) => request,
};

const fromEnv = (env: Env): AwsCredentials => ({
  accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
  secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
  sessionToken: isSet(env['AWS_SESSION_TOKEN']) ? env['AWS_SESSION_TOKEN'] : undefined,
});

/** Returns the values to redact in errors. */
export const secretsOf = ({ token, keys }: Auth): readonly string[] =>
  [token, keys?.secretAccessKey, keys?.sessionToken].filter((value) => value !== undefined);
