import { isThinkingOn, toThinking, type ThinkingSituation } from '@majordomo/claude';
import type { Effort, JsonObject, Warning } from '@majordomo/core';
import { nearestEffort } from '@majordomo/wire-kit';
import type { Quirks } from './quirks.ts';

/** Settings of a request that represent a reasoning effort. */
export interface Reasoning {
  /** Properties for `additionalModelRequestFields`. */
  readonly fields: JsonObject;
  /** Value of `outputConfig.effort`. */
  readonly effort: string | undefined;
  /** `maxTokens` to send if the caller did not set it. */
  readonly maxTokens: number | undefined;
  /** Whether Claude thinks in this response. While thinking is enabled, Claude rejects some sampling settings. */
  readonly thinks: boolean;
}

const NO_REASONING: Reasoning = { fields: {}, effort: undefined, maxTokens: undefined, thinks: false };

/** Converts a reasoning effort. If the request has no effort, returns no setting. The model's default then applies. */
export function toReasoning(
  effort: Effort | undefined,
  quirks: Quirks,
  situation: ThinkingSituation,
  warnings: Warning[],
): Reasoning {
  switch (quirks.reasoning) {
    case 'thinking-adaptive':
      return byThinking(effort, quirks, 'adaptive', situation, warnings);
    case 'thinking-budget':
      return byThinking(effort, quirks, 'budget', situation, warnings);
    case 'reasoning-config':
      // Without the setting, Nova 2 does not reason.
      return effort === undefined || effort === 'none'
        ? NO_REASONING
        : {
            ...NO_REASONING,
            fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: effortFor(effort, warnings) } },
          };
    case 'reasoning-effort':
      return byEffort(effort, warnings);
    case 'none':
      if (effort !== undefined && effort !== 'none') warnings.push(UNKNOWN);
      return NO_REASONING;
    default:
      return quirks.reasoning satisfies never;
  }
}

const UNKNOWN: Warning = {
  action: 'dropped',
  what: 'reasoning',
  why: 'the reasoning setting of this model is unknown',
};

/** Converts an effort to Claude's settings. With a budget, `maxTokens` is twice the budget, because it includes the thinking. */
function byThinking(
  requested: Effort | undefined,
  quirks: Quirks,
  thinking: 'adaptive' | 'budget',
  situation: ThinkingSituation,
  warnings: Warning[],
): Reasoning {
  const form = { ...quirks, thinking };
  const { config, effort } = toThinking(requested, form, situation, warnings);
  const thinks = isThinkingOn(config, form);
  if (config === undefined) return { ...NO_REASONING, effort, thinks };
  const maxTokens = config.type === 'enabled' ? 2 * config.budget_tokens : undefined;
  return { fields: { thinking: { ...config } }, effort, maxTokens, thinks };
}

function byEffort(requested: Effort | undefined, warnings: Warning[]): Reasoning {
  if (requested === undefined) return NO_REASONING;
  if (requested !== 'none')
    return { ...NO_REASONING, fields: { reasoning_effort: effortFor(requested, warnings) } };
  warnings.push({ action: 'coerced', what: 'reasoning to low', why: 'this model always reasons' });
  return { ...NO_REASONING, fields: { reasoning_effort: 'low' } };
}

/** Returns the level that represents an effort. Nova 2 and gpt-oss have three levels (user guides, 2026-11). */
const effortFor = (requested: Effort, warnings: Warning[]): string | undefined =>
  nearestEffort(requested, ['low', 'medium', 'high'], warnings);
