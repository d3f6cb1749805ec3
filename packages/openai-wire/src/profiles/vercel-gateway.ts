import type { Profile } from '../profile.ts';
import { SIGNED_CLAUDE } from './signed-claude.ts';

/**
 * Vercel AI Gateway: recordings of 2026-03. It only adds prompt and completion, which exclude the reasoning of
 * Gemini models and include that of OpenAI's models.
 */
export const vercelGateway: Profile = {
  id: 'vercel-gateway',
  vendor: 'vercel',
  baseURL: 'https://ai-gateway.vercel.sh/v1',
  keyEnv: 'AI_GATEWAY_API_KEY',
  quirks: {
    reasoningField: 'reasoning',
    reasoningReplay: 'details',
    reasoningRequest: 'reasoning.effort',
    reasoningTokens: 'outside',
  },
  models: [SIGNED_CLAUDE],
};
