import { CLAUDE_QUIRK_WORDS, CLAUDE_QUIRKS, type ClaudeQuirks } from '@majordomo/claude';
import type { QuirkValues } from '@majordomo/wire-kit';

/** The ways in which the models and servers of the Messages wire differ: those of Claude's models, and one of servers. */
export interface Quirks extends ClaudeQuirks {
  /**
   * Whose thinking it reads: every Claude's, by its signature, or its own alone, signed or not. Other vendors' models
   * behind this wire sign nothing, and refuse a tool loop whose thinking does not come back (DeepSeek, Kimi, MiniMax:
   * "The `content[].thinking` in the thinking mode must be passed back", seen 2026-04 to 2026-07).
   */
  readonly family: 'claude' | 'origin';
}

/** For a model that nothing is known of. */
export const MESSAGES_QUIRKS: Quirks = { ...CLAUDE_QUIRKS, family: 'claude' };

/** What a DSN may say of each. */
export const QUIRK_WORDS: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  ...CLAUDE_QUIRK_WORDS,
  family: ['claude', 'origin'],
};
