import type { Effort, JsonObject, Warning } from '@majordomo/core';
import type { Quirks } from './quirks.ts';

export interface Thinking {
  /** For `additionalModelRequestFields`. */
  readonly fields: JsonObject;
  /** For `outputConfig.effort`. */
  readonly effort: string | undefined;
  /** The least `maxTokens` that goes with it. */
  readonly maxTokens: number | undefined;
}

/** What the request is like besides its effort. */
interface Situation {
  readonly maxTokens: number | undefined;
  /** The assistant's turn goes on after tool results, and nothing of its thinking can be sent back. */
  readonly lacksThinking: boolean;
  readonly forcesTool: boolean;
}

const NOTHING: Thinking = { fields: {}, effort: undefined, maxTokens: undefined };

/** Tokens; Claude asks for at least 1,024 and fewer than `maxTokens`. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = { low: 2048, medium: 8192, high: 16_384 };
const LEAST_BUDGET = 1024;

/** The wish for reasoning as this model takes it. Nothing said is nothing sent: the model's own default holds. */
export function toThinking(
  reasoning: Effort | undefined,
  { reasoning: form }: Quirks,
  situation: Situation,
  warnings: Warning[],
): Thinking {
  if (reasoning === undefined) return NOTHING;
  if (reasoning === 'none') return switchedOff(form, warnings);
  switch (form) {
    case 'none':
      warnings.push({
        action: 'dropped',
        what: 'reasoning',
        why: 'nothing is known of how this model is told to reason',
      });
      return NOTHING;
    case 'thinking-adaptive':
      return { fields: { thinking: { type: 'adaptive' } }, effort: reasoning, maxTokens: undefined };
    case 'thinking-budget':
      return withBudget(reasoning, situation, warnings);
    case 'reasoning-config':
      return { ...NOTHING, fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: reasoning } } };
    case 'reasoning-effort':
      return { ...NOTHING, fields: { reasoning_effort: reasoning } };
    default:
      return form satisfies never;
  }
}

function switchedOff(form: Quirks['reasoning'], warnings: Warning[]): Thinking {
  if (form !== 'reasoning-effort') return NOTHING;
  warnings.push({ action: 'coerced', what: 'reasoning to low', why: 'this model always reasons' });
  return { ...NOTHING, fields: { reasoning_effort: 'low' } };
}

/** Half of the answer at most goes into thinking. */
function withBudget(
  reasoning: Exclude<Effort, 'none'>,
  { maxTokens, lacksThinking, forcesTool }: Situation,
  warnings: Warning[],
): Thinking {
  const drop = (why: string): Thinking => {
    warnings.push({ action: 'dropped', what: 'reasoning', why });
    return NOTHING;
  };
  if (lacksThinking) return drop('this turn began without thinking, so the wire refuses to go on with it');
  if (forcesTool) return drop('the wire refuses thinking together with a forced tool');
  if (maxTokens !== undefined && maxTokens <= LEAST_BUDGET) {
    return drop(`the wire asks for more than ${LEAST_BUDGET} maxTokens`);
  }
  const asked = BUDGETS[reasoning];
  const budget =
    maxTokens === undefined ? asked : Math.max(LEAST_BUDGET, Math.min(asked, Math.floor(maxTokens / 2)));
  const fields = { thinking: { type: 'enabled', budget_tokens: budget } };
  return { fields, effort: undefined, maxTokens: maxTokens ?? 2 * budget };
}
