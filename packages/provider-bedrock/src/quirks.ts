import { CLAUDE_QUIRK_VALUES, CLAUDE_QUIRKS, type ClaudeQuirks } from '@majordomo/claude';
import type { QuirkValues } from '@majordomo/wire-kit';

/**
 * The ways in which the models behind the Converse wire differ. They decide what is sent; reading is liberal. Those of
 * Claude have the same names on every platform, but for `thinking`, which is one of the forms of `reasoning` here.
 */
export interface Quirks extends Omit<ClaudeQuirks, 'thinking'> {
  /**
   * How reasoning is asked for, in `additionalModelRequestFields`: a token budget or adaptively (`thinking`, Claude),
   * by `reasoningConfig` (Nova 2), by `reasoning_effort` (gpt-oss), or not at all.
   */
  readonly reasoning:
    'thinking-budget' | 'thinking-adaptive' | 'reasoning-config' | 'reasoning-effort' | 'none';
  /** Whose reasoning tokens it reads: every Claude's, or only those of its own kind. */
  readonly family: 'claude' | 'model';
  /** Takes cache points everywhere, everywhere but after tools, or nowhere. */
  readonly cachePoints: 'all' | 'no-tools' | 'none';
  /** Takes `ttl: '1h'` on them. */
  readonly longCache: boolean;
  /** Takes a tool choice that names one tool, one that forces any, or none. */
  readonly toolChoice: 'one' | 'any' | 'none';
  /** Takes `status` on tool results; without it a text says that the tool failed. */
  readonly toolStatus: boolean;
  /** Takes images inside tool results; without it they follow the results. */
  readonly toolImages: boolean;
  /** Takes system blocks; without them the text leads the first user message. */
  readonly system: boolean;
}

const { thinking: _thinking, ...CLAUDE_DEFAULTS } = CLAUDE_QUIRKS;
const { thinking: _words, ...CLAUDE_WORDS } = CLAUDE_QUIRK_VALUES;

/** For a model that nothing is known of: the plain wire; what it refuses is dropped by recovery. */
export const CONVERSE_QUIRKS: Quirks = {
  ...CLAUDE_DEFAULTS,
  reasoning: 'none',
  family: 'model',
  cachePoints: 'none',
  longCache: false,
  toolChoice: 'any',
  toolStatus: false,
  toolImages: false,
  system: true,
};

/** What a DSN may say of each. */
export const QUIRK_WORDS: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  ...CLAUDE_WORDS,
  reasoning: ['thinking-budget', 'thinking-adaptive', 'reasoning-config', 'reasoning-effort', 'none'],
  family: ['claude', 'model'],
  cachePoints: ['all', 'no-tools', 'none'],
  longCache: [true, false],
  toolChoice: ['one', 'any', 'none'],
  toolStatus: [true, false],
  toolImages: [true, false],
  system: [true, false],
};
