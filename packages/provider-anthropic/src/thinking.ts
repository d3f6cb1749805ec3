import type { OutputConfig, ThinkingConfigParam } from '@anthropic-ai/sdk/resources/messages';
import type { Effort, Warning } from '@majordomo/core';
import type { Quirks } from './quirks.ts';

export interface Thinking {
  readonly config: ThinkingConfigParam | undefined;
  readonly effort: OutputConfig['effort'] | undefined;
}

/** What the request is like besides its effort. */
interface Situation {
  readonly maxTokens: number;
  /** The assistant's turn goes on after tool results, and nothing of its thinking can be sent back. */
  readonly lacksThinking: boolean;
  readonly forcesTool: boolean;
}

const NOTHING: Thinking = { config: undefined, effort: undefined };

/** Tokens; the wire asks for at least 1,024 and fewer than `max_tokens`. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = { low: 2048, medium: 8192, high: 16_384 };
const LEAST_BUDGET = 1024;

/** The wish for reasoning as this model takes it. Nothing said is nothing sent: the model's own default holds. */
export function toThinking(
  reasoning: Effort | undefined,
  quirks: Quirks,
  situation: Situation,
  warnings: Warning[],
): Thinking {
  if (reasoning === undefined) return NOTHING;
  if (reasoning === 'none') return switchedOff(quirks, warnings);
  const effort = quirks.effort ? reasoning : undefined;
  switch (quirks.thinking) {
    case 'none':
      warnings.push({ action: 'dropped', what: 'reasoning', why: 'this model has none' });
      return NOTHING;
    case 'adaptive':
      return {
        config:
          quirks.thinkingText === 'sent' ? { type: 'adaptive' } : { type: 'adaptive', display: 'summarized' },
        effort,
      };
    case 'budget': {
      const budget = budgetOf(reasoning, situation, warnings);
      return {
        config: budget === undefined ? undefined : { type: 'enabled', budget_tokens: budget },
        effort,
      };
    }
    default:
      return quirks.thinking satisfies never;
  }
}

/** Half of the answer at most goes into thinking. With a budget, the wire has conditions that adaptive thinking lacks. */
function budgetOf(
  reasoning: Exclude<Effort, 'none'>,
  { maxTokens, lacksThinking, forcesTool }: Situation,
  warnings: Warning[],
): number | undefined {
  const drop = (why: string): undefined => {
    warnings.push({ action: 'dropped', what: 'reasoning', why });
  };
  if (lacksThinking) return drop('this turn began without thinking, so the wire refuses to go on with it');
  if (forcesTool) return drop('the wire refuses thinking together with a forced tool');
  if (maxTokens <= LEAST_BUDGET) return drop(`the wire asks for more than ${LEAST_BUDGET} maxTokens`);
  return Math.max(LEAST_BUDGET, Math.min(BUDGETS[reasoning], Math.floor(maxTokens / 2)));
}

function switchedOff({ thinkingOff, effort }: Quirks, warnings: Warning[]): Thinking {
  switch (thinkingOff) {
    case 'omit':
      return NOTHING;
    case 'disabled':
    case 'between_tools':
      return { config: { type: thinkingOff }, effort: undefined };
    case 'never':
      warnings.push({ action: 'coerced', what: 'reasoning to low', why: 'this model always thinks' });
      return { config: undefined, effort: effort ? 'low' : undefined };
    default:
      return thinkingOff satisfies never;
  }
}

/** Does the model think when this is sent? */
export const isThinkingOn = (
  config: ThinkingConfigParam | undefined,
  { thinking, thinkingOff }: Quirks,
): boolean =>
  config === undefined
    ? thinking === 'adaptive' && thinkingOff !== 'omit'
    : config.type === 'adaptive' || config.type === 'enabled';
