import type { DataHandling } from '@majordomo/core';

/** OpenAI retains content for abuse monitoring for 30 days, and trains on it only with consent (guides/your-data, 2026-11). */
const OPENAI = { retentionDays: 30, trainsOn: false } as const;

/**
 * Data handling by origin. Sources: `dataResidency` of openai 7.57 and guides/data-residency of OpenAI; studio/regional-inference
 * of Mistral (2026-11). The region of Mistral's EU endpoint is `europe`, because the documents do not list its locations.
 */
export const ORIGINS: Readonly<Record<string, DataHandling>> = {
  'https://api.openai.com': { region: 'global', ...OPENAI },
  'https://us.api.openai.com': { region: 'us', ...OPENAI },
  'https://eu.api.openai.com': { region: 'eu', ...OPENAI },
  'https://ae.api.openai.com': { region: 'ae', ...OPENAI },
  'https://au.api.openai.com': { region: 'au', ...OPENAI },
  'https://in.api.openai.com': { region: 'in', ...OPENAI },
  'https://jp.api.openai.com': { region: 'jp', ...OPENAI },
  'https://api.mistral.ai': { region: 'global' },
  'https://api.eu.mistral.ai': { region: 'europe' },
  'https://api.us.mistral.ai': { region: 'us' },
};
