import type { Profile } from '../profile.ts';

/** GitHub Models. Model ids have the form `publisher/model`. */
export const githubModels: Profile = {
  id: 'github-models',
  vendor: 'github-models',
  baseURL: 'https://models.github.ai/inference',
  baseURLEnv: 'GITHUB_MODELS_BASE_URL',
  keyEnv: 'GITHUB_TOKEN',
  unverified: 'API reference (2026); no recording',
};
