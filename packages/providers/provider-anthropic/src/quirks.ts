import { CLAUDE_QUIRK_VALUES, CLAUDE_QUIRKS, type ClaudeQuirks } from '@majordomo/claude';
import type { QuirkValues } from '@majordomo/wire-kit/internal';

/** Differences between models and servers of the Messages API: quirks of Claude models, and one quirk of servers. */
export interface Quirks extends ClaudeQuirks {
  /**
   * Thinking blocks that the server accepts. `claude`: signed blocks of any Claude model. `origin`: only blocks that this server
   * returned, signed or unsigned. Other vendors' models do not sign thinking, and reject a tool result if the preceding thinking
   * is missing (DeepSeek, Kimi, MiniMax: "The `content[].thinking` in the thinking mode must be passed back", observed 2026-04 to
   * 2026-07).
   */
  readonly family: 'claude' | 'origin';
}

/** Quirks of a model that `@majordomo/claude` does not list. */
export const MESSAGES_QUIRKS: Quirks = { ...CLAUDE_QUIRKS, family: 'claude' };

/** Values that a DSN accepts for each quirk. */
export const QUIRK_VALUES: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  ...CLAUDE_QUIRK_VALUES,
  family: ['claude', 'origin'],
};
