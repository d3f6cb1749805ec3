import { isThinkingOn, toThinking, type ThinkingSituation } from '@majordomo/claude';
import type { Effort, JsonObject, Warning } from '@majordomo/core';
import { nearestEffort } from '@majordomo/core/toolkit';
import type { Quirks } from './quirks.ts';

/** What is sent for a wish for reasoning. */
export interface Reasoning {
  /** For `additionalModelRequestFields`. */
  readonly fields: JsonObject;
  /** For `outputConfig.effort`. */
  readonly effort: string | undefined;
  /** The `maxTokens` that goes with it where the caller named none. */
  readonly maxTokens: number | undefined;
  /** Does Claude think in this answer? It takes hardly any sampling then. */
  readonly thinks: boolean;
}

const NOTHING: Reasoning = { fields: {}, effort: undefined, maxTokens: undefined, thinks: false };

/** The wish for reasoning as this model takes it. Nothing said is nothing sent: the model's own default holds. */
export function toReasoning(
  asked: Effort | undefined,
  quirks: Quirks,
  situation: ThinkingSituation,
  warnings: Warning[],
): Reasoning {
  switch (quirks.reasoning) {
    case 'thinking-adaptive':
      return byThinking(asked, quirks, 'adaptive', situation, warnings);
    case 'thinking-budget':
      return byThinking(asked, quirks, 'budget', situation, warnings);
    case 'reasoning-config':
      return asked === undefined || asked === 'none'
        ? NOTHING
        : {
            ...NOTHING,
            fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: wordFor(asked, warnings) } },
          };
    case 'reasoning-effort':
      return byEffort(asked, warnings);
    case 'none':
      if (asked !== undefined && asked !== 'none') warnings.push(UNKNOWN);
      return NOTHING;
    default:
      return quirks.reasoning satisfies never;
  }
}

const UNKNOWN: Warning = {
  action: 'dropped',
  what: 'reasoning',
  why: 'nothing is known of how this model is told to reason',
};

/** Claude's own members. A budget is half of the answer at most, so it says how long the answer may be. */
function byThinking(
  asked: Effort | undefined,
  quirks: Quirks,
  thinking: 'adaptive' | 'budget',
  situation: ThinkingSituation,
  warnings: Warning[],
): Reasoning {
  const form = { ...quirks, thinking };
  const { config, effort } = toThinking(asked, form, situation, warnings);
  const thinks = isThinkingOn(config, form);
  if (config === undefined) return { ...NOTHING, effort, thinks };
  const maxTokens = config.type === 'enabled' ? 2 * config.budget_tokens : undefined;
  return { fields: { thinking: { ...config } }, effort, maxTokens, thinks };
}

function byEffort(asked: Effort | undefined, warnings: Warning[]): Reasoning {
  if (asked === undefined) return NOTHING;
  if (asked !== 'none') return { ...NOTHING, fields: { reasoning_effort: wordFor(asked, warnings) } };
  warnings.push({ action: 'coerced', what: 'reasoning to low', why: 'this model always reasons' });
  return { ...NOTHING, fields: { reasoning_effort: 'low' } };
}

/** Nova 2 and gpt-oss have three words (their user guides, 2026-11). */
const wordFor = (asked: Effort, warnings: Warning[]): string | undefined =>
  nearestEffort(asked, ['low', 'medium', 'high'], warnings);
