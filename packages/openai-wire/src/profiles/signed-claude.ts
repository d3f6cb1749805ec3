import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import type { ModelRule } from '../profile.ts';

/** Claude behind a gateway. Its reasoning has signatures that other platforms of the family read and issue too. */
export const SIGNED_CLAUDE: ModelRule = {
  pattern: /^~?anthropic\//,
  quirks: { signedDetails: { family: CLAUDE_FAMILY, format: 'anthropic-claude-v1' } },
};
