import { CLAUDE_QUIRK_VALUES, CLAUDE_QUIRKS, type ClaudeQuirks } from '@majordomo/claude';
import type { QuirkValues } from '@majordomo/wire-kit';

/**
 * Differences between models of the Converse wire. They affect requests; the reader accepts all forms. Quirks of Claude
 * have the same names on all platforms, but `thinking` is one of the forms of `reasoning` here.
 */
export interface Quirks extends Omit<ClaudeQuirks, 'thinking'> {
  /**
   * Form of the reasoning setting in `additionalModelRequestFields`: a token budget or adaptive (`thinking`, Claude),
   * `reasoningConfig` (Nova 2), `reasoning_effort` (gpt-oss), or none.
   */
  readonly reasoning:
    'thinking-budget' | 'thinking-adaptive' | 'reasoning-config' | 'reasoning-effort' | 'none';
  /** Reasoning tokens that the model accepts: those of every Claude, or those of the same model id. */
  readonly family: 'claude' | 'model';
  /** Where the model accepts cache points: everywhere, everywhere but after tools, or nowhere. */
  readonly cachePoints: 'all' | 'no-tools' | 'none';
  /** Whether cache points accept `ttl: '1h'`. */
  readonly longCache: boolean;
  /** Tool choice that the model accepts: one named tool, any tool, or none. */
  readonly toolChoice: 'one' | 'any' | 'none';
  /** Whether tool results accept `status`. Otherwise their text states a failure. */
  readonly toolStatus: boolean;
  /** Whether tool results accept images. Otherwise images follow the results. */
  readonly toolImages: boolean;
  /** Whether the model accepts system blocks. Otherwise their text precedes the first user message. */
  readonly system: boolean;
}

const { thinking: _thinking, ...CLAUDE_DEFAULTS } = CLAUDE_QUIRKS;
const { thinking: _values, ...CLAUDE_VALUES } = CLAUDE_QUIRK_VALUES;

/** Quirks of an unknown model. Recoveries drop settings that a model rejects. */
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

/** Values of each quirk in a DSN. */
export const QUIRK_VALUES: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  ...CLAUDE_VALUES,
  reasoning: ['thinking-budget', 'thinking-adaptive', 'reasoning-config', 'reasoning-effort', 'none'],
  family: ['claude', 'model'],
  cachePoints: ['all', 'no-tools', 'none'],
  longCache: [true, false],
  toolChoice: ['one', 'any', 'none'],
  toolStatus: [true, false],
  toolImages: [true, false],
  system: [true, false],
};
