import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import type { Profile } from '../profile.ts';

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
  // Signatures of the upstream vendor, which its other platforms read and issue too.
  models: [
    {
      pattern: /^~?anthropic\//,
      quirks: { signedDetails: { family: CLAUDE_FAMILY, format: 'anthropic-claude-v1' } },
    },
  ],
};
