import { LlmError, type ModelContext, type ProviderOptions } from '@majordomo/core';
import { checkOptions, type Kind, type KindsOf } from '@majordomo/core/toolkit';
import { checkBaseURL, checkProviderOptions, type ExtraOptions, type RateLimits } from '@majordomo/wire-kit';
import type { ChatQuirks } from './chat/quirks.ts';
import type { Profile, ResponsesProfile } from './profile.ts';
import type { ResponsesQuirks } from './responses/quirks.ts';

/** Options of every provider of these wires. */
export interface SdkOptions extends ProviderOptions {
  /** A client of the SDK, used unchanged with its credential, base URL and fetch. */
  readonly client?: object | undefined;
  /**
   * Models by other names, such as the names of deployments: `{ 'my-deployment': 'text-embedding-3-small' }`. Vectors of
   * the same model can be compared, wherever the model runs.
   */
  readonly spaces?: Readonly<Record<string, string>> | undefined;
  /** Called after each response or error whose headers contain rate limits. */
  readonly onRateLimits?: ((limits: RateLimits) => void) | undefined;
}

/** Options of a provider over Chat Completions. */
export interface ChatOptions extends SdkOptions {
  /** Differences between the server and its profile. They take precedence over the profile and its model rules. */
  readonly quirks?: Partial<ChatQuirks> | undefined;
}

/** Options of a provider over Responses. */
export interface ResponsesOptions extends SdkOptions {
  /** Differences between the server and its profile. They take precedence over the profile and its model rules. */
  readonly quirks?: Partial<ResponsesQuirks> | undefined;
}

/** Parts of a call that a connection needs. */
export type CallContext = Omit<ModelContext, 'delivery'>;

/** `api` is an option of packages that have both wires. */
const OPTIONS: ExtraOptions<ChatOptions> & ExtraOptions<ResponsesOptions> & { readonly api: Kind } = {
  client: 'object',
  onRateLimits: 'function',
  spaces: 'object',
  quirks: 'object',
  api: ['chat', 'responses'],
};

const PROFILE: KindsOf<Profile & Omit<ResponsesProfile, keyof Profile>> = {
  api: 'string',
  id: 'string',
  vendor: 'string',
  billing: ['metered', 'included'],
  baseURL: true,
  baseURLEnv: 'string',
  baseURLEnvPath: 'string',
  keyEnv: 'string',
  issuer: 'string',
  keyHeader: 'string',
  headers: 'object',
  query: 'object',
  quirks: 'object',
  capabilities: 'object',
  models: 'array',
  timeouts: 'object',
  embeddings: true,
  transcription: true,
  speech: true,
  spaces: true,
  unverified: 'string',
};

/** Throws `config` for an invalid profile or invalid options. */
export function checkProfileAndOptions(
  profile: Profile | ResponsesProfile,
  options: ChatOptions | ResponsesOptions,
): void {
  checkOptions('the profile', profile, PROFILE);
  const { id, baseURL, baseURLEnv } = profile as Partial<Record<'id' | 'baseURL' | 'baseURLEnv', unknown>>;
  if (typeof id !== 'string')
    throw new LlmError(
      'config',
      "the profile must have an id, as in { id: 'lab', baseURL: 'http://gpu.lan:8000/v1' }",
      { path: 'id' },
    );
  if (baseURL !== undefined || baseURLEnv === undefined)
    checkBaseURL(baseURL, `baseURL of the profile ${id}`);
  checkProviderOptions(id, options, OPTIONS);
}
