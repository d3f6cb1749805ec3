import { CLAUDE_QUIRK_VALUES, CLAUDE_QUIRKS, type ClaudeQuirks } from '@majordomo/claude';
import type { QuirkValues } from '@majordomo/wire-kit/internal';

/**
 * Differences between models of the Converse API. Quirks affect only requests, not the response reader. Claude's quirks have the
 * same names on all platforms, but `reasoning` replaces `thinking`, and Converse has no tool references.
 */
export interface Quirks extends Omit<ClaudeQuirks, 'thinking' | 'toolReferences' | 'programs'> {
  /**
   * Form of the reasoning setting in `additionalModelRequestFields`: `thinking` with a token budget or adaptive (Claude),
   * `reasoningConfig` (Nova 2), `reasoning_effort` (gpt-oss), or none.
   */
  readonly reasoning:
    | 'thinking-budget'
    | 'thinking-adaptive'
    | 'reasoning-config'
    | 'reasoning-effort'
    | 'none';
  /** Models whose reasoning this model accepts: every Claude model, or only models with the same id. */
  readonly family: 'claude' | 'model';
  /** Positions at which the model accepts cache points: all, all except after tools, or none. */
  readonly cachePoints: 'all' | 'no-tools' | 'none';
  /** Whether cache points accept `ttl: '1h'`. */
  readonly longCache: boolean;
  /** Tool choices that the model accepts: one named tool, any tool, or no forced tool. */
  readonly toolChoice: 'one' | 'any' | 'none';
  /** Whether tool results accept `status`. Otherwise, the text of a failed result states the failure. */
  readonly toolStatus: boolean;
  /** Whether tool results accept images. Otherwise, images are sent after the tool results. */
  readonly toolImages: boolean;
  /** Whether the model accepts system blocks. Otherwise, the system text precedes the first user message. */
  readonly system: boolean;
}

const {
  thinking: _thinking,
  toolReferences: _references,
  programs: _programs,
  ...CLAUDE_DEFAULTS
} = CLAUDE_QUIRKS;
const {
  thinking: _values,
  toolReferences: _flags,
  programs: _programFlags,
  ...CLAUDE_VALUES
} = CLAUDE_QUIRK_VALUES;

/** Quirks of an unknown model. For some rejected settings, another attempt omits the setting (see `recovery.ts`). */
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

/** Values that a DSN accepts for each quirk. */
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
