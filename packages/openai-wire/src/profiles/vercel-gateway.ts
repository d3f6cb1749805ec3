import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import type { Profile } from '../profile.ts';

/**
 * Vercel AI Gateway: recordings of 2026-03. It sums prompt and completion alone and leaves the reasoning of Gemini
 * models out of both, while that of OpenAI's models is inside.
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
  // Signed by the vendor itself, wherever its models run: read and issued elsewhere too.
  models: [
    {
      pattern: /^~?anthropic\//,
      quirks: { signedDetails: { family: CLAUDE_FAMILY, format: 'anthropic-claude-v1' } },
    },
  ],
};
