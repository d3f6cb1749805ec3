import type { Profile } from '../profile.ts';

/** The router of Hugging Face: recordings of 2025-2026. The backend follows a colon in the model id. */
export const huggingface: Profile = {
  id: 'huggingface',
  vendor: 'huggingface',
  baseURL: 'https://router.huggingface.co/v1',
  keyEnv: 'HF_TOKEN',
  quirks: { reasoningField: 'none' },
};
