import type { DataHandling } from '@majordomo/core';

/** Retention for abuse monitoring, and no training without consent (guides/your-data of OpenAI, 2026-11). */
const OPENAI = { retentionDays: 30, trainsOn: false } as const;

/**
 * Data handling by origin. Sources: `dataResidency` of openai 7.57 and guides/data-residency of OpenAI; studio/regional-inference
 * of Mistral (2026-11). Mistral's endpoint of the EU is `europe`, because the vendor's documents do not list its places.
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
