import type { Profile } from '../profile.ts';

/** NVIDIA's hosted models. Self-hosted servers have another `baseURL`. */
export const nvidia: Profile = {
  id: 'nvidia',
  vendor: 'nvidia',
  baseURL: 'https://integrate.api.nvidia.com/v1',
  keyEnv: 'NVIDIA_API_KEY',
  unverified: 'its reference of 2026; no recording',
  // Its models distinguish queries from passages and require the type (NIM's reference, 2026).
  embeddings: {
    all: {
      purpose: {
        field: 'input_type',
        values: { default: 'passage', query: 'query', document: 'passage' },
      },
    },
  },
  transcription: false,
  speech: false,
};
