import { CLAUDE_QUIRK_WORDS, CLAUDE_QUIRKS, type ClaudeQuirks } from '@majordomo/claude';
import type { QuirkWords } from '@majordomo/core/provider';

/** The ways in which the models and servers of the Messages wire differ: those of Claude's models. */
export type Quirks = ClaudeQuirks;

/** For a model that nothing is known of. */
export const MESSAGES_QUIRKS: Quirks = CLAUDE_QUIRKS;

/** What a DSN may say of each. */
export const QUIRK_WORDS: { readonly [Name in keyof Quirks]: QuirkWords<Quirks[Name]> } = CLAUDE_QUIRK_WORDS;
