import { LlmError } from '@majordomo/core';
import { checkOptions, type Kind, type KindsOf } from '@majordomo/core/toolkit';
import { checkBaseURL, checkProviderOptions, type ExtraOptions } from '@majordomo/wire-kit';
import type { Profile } from './chat/profile.ts';
import type { ResponsesProfile } from './responses/profile.ts';
import type { ChatOptions, ResponsesOptions } from './options.ts';

/** `api` is told apart by the packages that have both wires. */
const OWN: ExtraOptions<ChatOptions> & ExtraOptions<ResponsesOptions> & { readonly api: Kind } = {
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

/** Throws `config` for a profile or options that cannot be meant, where the app gives them. */
export function checkSetUp(
  profile: Profile | ResponsesProfile,
  options: ChatOptions | ResponsesOptions,
): void {
  checkOptions('the profile', profile, PROFILE);
  const { id, baseURL } = profile as { readonly id?: unknown; readonly baseURL?: unknown };
  if (typeof id !== 'string')
    throw new LlmError(
      'config',
      "the profile must have an id, as in { id: 'lab', baseURL: 'http://gpu.lan:8000/v1' }",
      { path: 'id' },
    );
  checkBaseURL(baseURL, `baseURL of the profile ${id}`);
  checkProviderOptions(id, options, OWN);
}
