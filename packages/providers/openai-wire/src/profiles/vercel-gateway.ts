import type { Profile } from '../profile.ts';
import { SIGNED_CLAUDE } from './signed-claude.ts';

/**
 * Vercel AI Gateway. Source: recordings of 2026-03. `total_tokens` is the sum of prompt and completion tokens. Completion tokens
 * include the reasoning of OpenAI's models, but not that of Gemini models.
 */
export const vercelGateway: Profile = {
  id: 'vercel-gateway',
  vendor: 'vercel',
  baseURL: 'https://ai-gateway.vercel.sh/v1',
  baseURLEnv: 'VERCEL_GATEWAY_BASE_URL',
  keyEnv: 'AI_GATEWAY_API_KEY',
  quirks: {
    reasoningField: 'reasoning',
    reasoningReplay: 'details',
    reasoningRequest: 'reasoning.effort',
    reasoningTokens: 'outside',
  },
  models: [SIGNED_CLAUDE],
};
