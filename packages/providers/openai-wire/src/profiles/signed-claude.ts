import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import type { ModelRule } from '../profile.ts';

/** Rule for Claude models behind a gateway. Other platforms that offer Claude accept the signatures of Claude's reasoning. */
export const SIGNED_CLAUDE: ModelRule = {
  // OpenRouter's ids of latest models begin with `~`, such as `~anthropic/claude-opus-latest`.
  pattern: /^~?anthropic\//,
  quirks: { signedDetails: { family: CLAUDE_FAMILY, format: 'anthropic-claude-v1' } },
};
