import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import type { ModelRule } from '../profile.ts';

/** Rule for Claude models behind a gateway. Other platforms that offer Claude accept the signatures of Claude's reasoning. */
export const SIGNED_CLAUDE: ModelRule = {
  pattern: /^~?anthropic\//,
  quirks: { signedDetails: { family: CLAUDE_FAMILY, format: 'anthropic-claude-v1' } },
};
