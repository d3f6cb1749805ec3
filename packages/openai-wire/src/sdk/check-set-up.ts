import { LlmError } from '@majordomo/core';
import { checkBaseURL, checkMembers, checkProviderOptions, type OwnOptions } from '@majordomo/core/provider';
import type { Profile } from '../chat/profile.ts';
import type { ResponsesProfile } from '../responses/profile.ts';
import type { ChatOptions, ResponsesOptions } from './options.ts';

/** `api` is told apart by the packages that have both wires. */
const OWN: OwnOptions<ChatOptions> & OwnOptions<ResponsesOptions> & { readonly api: true } = {
  client: true,
  onRateLimits: true,
  spaces: true,
  quirks: true,
  api: true,
};

const PROFILE: Readonly<Record<keyof Profile | keyof ResponsesProfile, true>> = {
  api: true,
  id: true,
  vendor: true,
  billing: true,
  baseURL: true,
  keyEnv: true,
  issuer: true,
  keyHeader: true,
  headers: true,
  query: true,
  quirks: true,
  capabilities: true,
  models: true,
  timeouts: true,
  embeddings: true,
  transcription: true,
  speech: true,
  spaces: true,
  unverified: true,
};

/** Throws `config` for a profile or options that cannot be meant, where the app gives them. */
export function checkSetUp(
  profile: Profile | ResponsesProfile,
  options: ChatOptions | ResponsesOptions,
): void {
  checkMembers('the profile', profile, PROFILE);
  const { id, baseURL } = profile as { readonly id?: unknown; readonly baseURL?: unknown };
  if (typeof id !== 'string')
    throw new LlmError(
      'config',
      "the profile must have an id, as in { id: 'lab', baseURL: 'http://gpu.lan:8000/v1' }",
      { path: 'id' },
    );
  checkBaseURL(baseURL, `baseURL of the profile ${id}`);
  checkProviderOptions(options.id ?? id, options, OWN);
}
