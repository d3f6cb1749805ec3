import { LlmError, type ModelContext, type ProviderOptions } from '@majordomo/core';
import { checkOptions, type Kind, type KindsOf } from '@majordomo/core/toolkit';
import { checkBaseURL, checkProviderOptions, type ExtraOptions } from '@majordomo/wire-kit';
import { type RateLimits } from '@majordomo/wire-kit/internal';
import type { ChatQuirks } from './chat/quirks.ts';
import type { Profile, ResponsesProfile } from './profile.ts';
import type { ResponsesQuirks } from './responses/quirks.ts';

/** Options of every provider over Chat Completions or Responses. */
export interface SdkOptions extends ProviderOptions {
  /** SDK client that sends the requests, with its own credential, base URL and `fetch`. @default a new client */
  readonly client?: object | undefined;
  /**
   * Embedding models by deployment name or another alias: `{ 'my-deployment': 'text-embedding-3-small' }`. Deployments
   * of the same model then have the same vector space, so a chain can combine them. @default the `vectorSpaces` of the profile
   */
  readonly vectorSpaces?: Readonly<Record<string, string>> | undefined;
  /** Function that receives the rate limits of each response or error. Errors that it throws are ignored. @default none */
  readonly onRateLimits?: ((limits: RateLimits) => void) | undefined;
}

/** Options of a provider over Chat Completions. */
export interface ChatOptions extends SdkOptions {
  /** Quirks that replace those of the profile and of its model rules. @default none */
  readonly quirks?: Partial<ChatQuirks> | undefined;
}

/** Options of a provider over Responses. */
export interface ResponsesOptions extends SdkOptions {
  /** Quirks that replace those of the profile and of its model rules. @default none */
  readonly quirks?: Partial<ResponsesQuirks> | undefined;
}

/** Properties of a call that a connection needs. */
export interface CallContext extends Omit<ModelContext, 'delivery'> {
  /**
   * Maximum size of a non-streaming body of the response, in bytes. Not used for the application's client, or for an SDK without
   * `fetchOptions`.
   * @default 64 MiB
   */
  readonly maxBytes?: number | undefined;
}

/** Types of the options of both APIs, and of `api`, an option of packages that support both. */
const OPTIONS: ExtraOptions<ChatOptions> & ExtraOptions<ResponsesOptions> & { readonly api: Kind } = {
  client: 'object',
  onRateLimits: 'function',
  vectorSpaces: 'object',
  quirks: 'object',
  api: ['chat', 'responses'],
};

/** Types of the members of both kinds of profiles. `true` accepts any value. */
const PROFILE_KINDS: KindsOf<Profile & Omit<ResponsesProfile, keyof Profile>> = {
  api: 'string',
  id: 'string',
  vendor: 'string',
  billing: ['metered', 'included'],
  baseURL: true,
  baseURLEnv: 'string',
  baseURLEnvPath: 'string',
  keyEnv: 'string',
  issuer: 'string',
  programs: 'object with test',
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
  rerank: true,
  moderation: true,
  classification: true,
  vectorSpaces: true,
  batches: ['openai', 'jobs'],
  background: ['responses', 'deferred'],
  files: ['openai'],
  videos: { api: ['generations', 'contents'], models: 'object with test' },
  unverified: 'string',
};

/** Throws `config` for an invalid profile or invalid options. */
export function checkProfileAndOptions(
  profile: Profile | ResponsesProfile,
  options: ChatOptions | ResponsesOptions,
): void {
  if (typeof profile !== 'object')
    throw new LlmError(
      'config',
      "the profile must be an object; import that of your vendor, or write { id: 'lab', baseURL }",
    );
  checkOptions('the profile', profile, PROFILE_KINDS);
  const { id, baseURL, baseURLEnv } = profile as Partial<Record<'id' | 'baseURL' | 'baseURLEnv', unknown>>;
  if (typeof id !== 'string')
    throw new LlmError(
      'config',
      "the profile has no id; add it, as in { id: 'lab', baseURL: 'http://gpu.lan:8000/v1' }",
      { path: 'id' },
    );
  if (baseURL !== undefined || baseURLEnv === undefined)
    checkBaseURL(baseURL, `baseURL of the profile ${id}`);
  checkProviderOptions(id, options, OPTIONS);
}
