import type { Profile } from '../profile.ts';

const BASE_URL = 'https://api.fireworks.ai/inference/v1';

/**
 * Fireworks. The server rejects a fifth stop sequence (API, 2026) and unknown message properties (several clients, 2026), such as
 * reasoning, which no profile without `replayedMembers` sends.
 */
export const fireworks: Profile = {
  id: 'fireworks',
  vendor: 'fireworks-ai',
  baseURL: BASE_URL,
  baseURLEnv: 'FIREWORKS_BASE_URL',
  keyEnv: 'FIREWORKS_API_KEY',
  quirks: { stopMax: 4, toolSchemas: 'plain', cacheKey: { header: 'x-session-affinity' } },
  unverified: 'API reference (2026); no recording',
  // The audio endpoints have a separate host (API reference, 2026).
  transcription: {
    all: {
      separate: {
        baseURL: BASE_URL,
        url: 'https://audio-prod.api.fireworks.ai/v1/audio/transcriptions',
      },
    },
  },
  speech: false,
};
