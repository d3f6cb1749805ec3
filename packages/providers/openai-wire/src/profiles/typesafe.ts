import type { Profile } from '../profile.ts';

/** TypeSafe: classification models with the System One API, but no chat models. */
export const typesafe: Profile = {
  id: 'typesafe',
  vendor: 'typesafe',
  baseURL: 'https://api.typesafe.ai/v1',
  baseURLEnv: 'TYPESAFE_BASE_URL',
  keyEnv: 'TYPESAFE_API_KEY',
  unverified: 'the client of @earendil-works/pi-ai 1.5.2; no recording exists',
  embeddings: false,
  transcription: false,
  speech: false,
  classification: [
    {
      pattern: /^/,
      quirks: {
        api: 'system-one',
        images: { mediaTypes: ['image/png', 'image/jpeg'], maxBytes: 20_000_000 },
        imageField: 'assets',
      },
    },
  ],
};
