import type { Profile } from '../profile.ts';

/** GitHub Models: ids have the publisher before a slash. */
export const githubModels: Profile = {
  id: 'github-models',
  vendor: 'github-models',
  baseURL: 'https://models.github.ai/inference',
  keyEnv: 'GITHUB_TOKEN',
  unverified: 'its reference of 2026; no recording',
};
