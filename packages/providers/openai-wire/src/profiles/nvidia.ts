import type { Profile } from '../profile.ts';

/** NVIDIA's hosted models. For a self-hosted server, set `baseURL`. */
export const nvidia: Profile = {
  id: 'nvidia',
  vendor: 'nvidia',
  baseURL: 'https://integrate.api.nvidia.com/v1',
  baseURLEnv: 'NVIDIA_BASE_URL',
  keyEnv: 'NVIDIA_API_KEY',
  unverified: 'API reference (2026); no recording',
  // The models distinguish queries from passages and require the input type (API reference of NIM, 2026).
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
