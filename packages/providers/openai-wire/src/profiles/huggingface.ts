import type { Profile } from '../profile.ts';

/** Hugging Face's router. Source: recordings of 2025-2026. A colon in the model id separates the model from its backend. */
export const huggingface: Profile = {
  id: 'huggingface',
  vendor: 'huggingface',
  baseURL: 'https://router.huggingface.co/v1',
  baseURLEnv: 'HUGGINGFACE_BASE_URL',
  keyEnv: 'HF_TOKEN',
  quirks: { reasoningField: 'none' },
};
