import type { Effort, Warning } from '@majordomo/core';
import { nearestEffort } from '@majordomo/wire-kit';
import type { ClaudeEffort, ClaudeQuirks } from './quirks.ts';

type ThinkingQuirks = Omit<ClaudeQuirks, 'toolReferences' | 'programs'>;

/**
 * Field `thinking` of a request, as documented for the Messages API (2026-11). `between_tools` replaces `disabled` on models that
 * reject `disabled`.
 */
export type ThinkingConfig =
  | { readonly type: 'enabled'; readonly budget_tokens: number }
  | { readonly type: 'adaptive'; readonly display?: 'summarized' }
  | { readonly type: 'disabled' | 'between_tools' };

/** Settings to send for a reasoning effort. */
export interface Thinking {
  readonly config: ThinkingConfig | undefined;
  readonly effort: ClaudeEffort | undefined;
}

/** Properties of the request that affect thinking. */
export interface ThinkingSituation {
  /** Maximum number of tokens of the response, including thinking; `undefined` if the platform chooses. */
  readonly maxTokens: number | undefined;
  /** Whether the assistant turn continues after tool results and has no thinking that can be sent back. */
  readonly lacksThinking: boolean;
  readonly forcesTool: boolean;
}

/** Settings of a request without thinking settings. The model then applies its default, and may think. */
const NOTHING_SENT: Thinking = { config: undefined, effort: undefined };

/** Token budgets by effort. The API requires a budget of at least 1,024 that is below the response's maximum number of tokens. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_000,
  max: 48_000,
};
const MIN_BUDGET = 1024;

/** Returns the settings for a reasoning effort. If no effort is set, nothing is sent and the model's default applies. */
export function toThinking(
  reasoning: Effort | undefined,
  quirks: ThinkingQuirks,
  situation: ThinkingSituation,
  warnings: Warning[],
): Thinking {
  if (reasoning === undefined) return NOTHING_SENT;
  if (reasoning === 'none') return withoutThinking(quirks, warnings);
  const reason = reasonToDrop(quirks, situation);
  if (reason !== undefined) {
    warnings.push({ action: 'dropped', what: 'reasoning', why: reason });
    return NOTHING_SENT;
  }
  return {
    config: configOf(reasoning, quirks, situation.maxTokens),
    effort: quirks.efforts.length === 0 ? undefined : nearestEffort(reasoning, quirks.efforts, warnings),
  };
}

/** Returns the reason why the API would reject thinking in this request; `undefined` if the API would accept it. */
function reasonToDrop(
  { thinking, forcedTools }: ThinkingQuirks,
  { maxTokens, lacksThinking, forcesTool }: ThinkingSituation,
): string | undefined {
  if (thinking === 'none') return 'this model does not support reasoning';
  // Without a setting, the models with this quirk do not think, so the request does not need to disable thinking.
  if (forcesTool && forcedTools === 'without-thinking')
    return 'this model rejects it together with a forced tool';
  // Adaptive thinking may begin within a turn, and has no budget.
  if (thinking === 'adaptive') return undefined;
  if (lacksThinking)
    return 'this turn began without thinking, and the API rejects thinking in its continuation';
  if (maxTokens === undefined || maxTokens > MIN_BUDGET) return undefined;
  return `the API requires maxTokens above ${MIN_BUDGET}`;
}

/**
 * Returns the thinking setting. A budget is at most half of `maxTokens`, so that the other half remains for the answer, but at
 * least `MIN_BUDGET`.
 */
function configOf(
  reasoning: Exclude<Effort, 'none'>,
  { thinking, thinkingText }: ThinkingQuirks,
  maxTokens: number = Infinity,
): ThinkingConfig {
  if (thinking === 'budget') {
    const budget = Math.max(MIN_BUDGET, Math.min(BUDGETS[reasoning], Math.floor(maxTokens / 2)));
    return { type: 'enabled', budget_tokens: budget };
  }
  return thinkingText === 'sent' ? { type: 'adaptive' } : { type: 'adaptive', display: 'summarized' };
}

function withoutThinking({ thinkingOff, efforts }: ThinkingQuirks, warnings: Warning[]): Thinking {
  switch (thinkingOff) {
    case 'omit':
      return NOTHING_SENT;
    case 'disabled':
    case 'between_tools':
      return { config: { type: thinkingOff }, effort: undefined };
    case 'never':
      return lowestEffort(efforts, warnings);
    default:
      return thinkingOff satisfies never;
  }
}

/** Returns the settings with the lowest effort, for a model whose thinking cannot be disabled. */
function lowestEffort(efforts: readonly ClaudeEffort[], warnings: Warning[]): Thinking {
  const why = 'this model always reasons';
  // The warning of this function replaces that of `nearestEffort`.
  const effort = nearestEffort('low', efforts, []);
  warnings.push(
    effort === undefined
      ? { action: 'dropped', what: 'reasoning "none"', why }
      : { action: 'coerced', what: `reasoning to ${effort}`, why },
  );
  return { config: undefined, effort };
}

/**
 * Whether the model thinks with these settings. Without settings, an adaptive model thinks, unless its thinking is disabled by
 * omission.
 */
export const isThinkingOn = (
  config: ThinkingConfig | undefined,
  { thinking, thinkingOff }: ThinkingQuirks,
): boolean => {
  const thinksByDefault = thinking === 'adaptive' && thinkingOff !== 'omit';
  return config === undefined ? thinksByDefault : config.type === 'adaptive' || config.type === 'enabled';
};
