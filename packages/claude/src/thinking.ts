import type { Effort, Warning } from '@majordomo/core';
import { nearestEffort } from '@majordomo/core/toolkit';
import type { ClaudeEffort, ClaudeQuirks } from './quirks.ts';

/** The member `thinking` of a request, as the Messages API documents it (2026-11). */
export type ThinkingConfig =
  | { readonly type: 'enabled'; readonly budget_tokens: number }
  | { readonly type: 'adaptive'; readonly display?: 'summarized' }
  | { readonly type: 'disabled' | 'between_tools' };

/** What is sent for a wish for reasoning. */
export interface Thinking {
  readonly config: ThinkingConfig | undefined;
  readonly effort: ClaudeEffort | undefined;
}

/** What the request is like besides its effort. */
export interface ThinkingSituation {
  /** The answer's, thinking included; `undefined` where the platform chooses. */
  readonly maxTokens: number | undefined;
  /** The assistant's turn continues after tool results, and nothing of its thinking can be sent back. */
  readonly lacksThinking: boolean;
  readonly forcesTool: boolean;
}

const NOTHING: Thinking = { config: undefined, effort: undefined };

/** Tokens; the API asks for at least 1,024 and fewer than the answer may have. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_000,
  max: 48_000,
};
const LEAST_BUDGET = 1024;

/**
 * The wish for reasoning as this model takes it. Nothing said is nothing sent: the model's own default holds.
 */
export function toThinking(
  reasoning: Effort | undefined,
  quirks: ClaudeQuirks,
  situation: ThinkingSituation,
  warnings: Warning[],
): Thinking {
  if (reasoning === undefined) return NOTHING;
  if (reasoning === 'none') return switchedOff(quirks, warnings);
  const refusal = refusalOf(quirks, situation);
  if (refusal !== undefined) {
    warnings.push({ action: 'dropped', what: 'reasoning', why: refusal });
    return NOTHING;
  }
  return {
    config: configOf(reasoning, quirks, situation.maxTokens),
    effort: quirks.efforts.length === 0 ? undefined : nearestEffort(reasoning, quirks.efforts, warnings),
  };
}

/**
 * Why the wire would refuse this request with thinking. Most conditions are those of a token budget alone.
 */
function refusalOf(
  { thinking, forcedTools }: ClaudeQuirks,
  { maxTokens, lacksThinking, forcesTool }: ThinkingSituation,
): string | undefined {
  if (thinking === 'none') return 'this model has none';
  if (forcesTool && forcedTools === 'without-thinking')
    return 'this model refuses it together with a forced tool';
  if (thinking === 'adaptive') return undefined;
  if (lacksThinking) return 'this turn began without thinking, so the wire refuses to go on with it';
  if (maxTokens === undefined || maxTokens > LEAST_BUDGET) return undefined;
  return `the wire asks for more than ${LEAST_BUDGET} maxTokens`;
}

/** At most half of the answer goes into a budget. */
function configOf(
  reasoning: Exclude<Effort, 'none'>,
  { thinking, thinkingText }: ClaudeQuirks,
  maxTokens: number = Infinity,
): ThinkingConfig {
  if (thinking === 'budget') {
    const budget = Math.max(LEAST_BUDGET, Math.min(BUDGETS[reasoning], Math.floor(maxTokens / 2)));
    return { type: 'enabled', budget_tokens: budget };
  }
  return thinkingText === 'sent' ? { type: 'adaptive' } : { type: 'adaptive', display: 'summarized' };
}

function switchedOff({ thinkingOff, efforts }: ClaudeQuirks, warnings: Warning[]): Thinking {
  switch (thinkingOff) {
    case 'omit':
      return NOTHING;
    case 'disabled':
    case 'between_tools':
      return { config: { type: thinkingOff }, effort: undefined };
    case 'never':
      warnings.push({ action: 'coerced', what: 'reasoning to low', why: 'this model always thinks' });
      return { config: undefined, effort: efforts[0] };
    default:
      return thinkingOff satisfies never;
  }
}

/** Does the model think when this is sent? */
export const isThinkingOn = (
  config: ThinkingConfig | undefined,
  { thinking, thinkingOff }: ClaudeQuirks,
): boolean =>
  config === undefined
    ? thinking === 'adaptive' && thinkingOff !== 'omit'
    : config.type === 'adaptive' || config.type === 'enabled';
