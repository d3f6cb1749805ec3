import { CLAUDE_QUIRK_VALUES, CLAUDE_QUIRKS, type ClaudeQuirks } from '@majordomo/claude';
import type { QuirkValues } from '@majordomo/wire-kit';

/** Differences between models and servers of the Messages wire: those of Claude's models, and one of servers. */
export interface Quirks extends ClaudeQuirks {
  /**
   * Thinking blocks that the server accepts: signed blocks of any Claude, or only its own blocks, signed or not. Models of
   * other vendors on this wire do not sign, and reject a tool loop without their thinking (DeepSeek, Kimi, MiniMax: "The
   * `content[].thinking` in the thinking mode must be passed back", observed 2026-04 to 2026-07).
   */
  readonly family: 'claude' | 'origin';
}

/** Quirks of an unknown model. */
export const MESSAGES_QUIRKS: Quirks = { ...CLAUDE_QUIRKS, family: 'claude' };

/** Values of each quirk in a DSN. */
export const QUIRK_VALUES: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  ...CLAUDE_QUIRK_VALUES,
  family: ['claude', 'origin'],
};
