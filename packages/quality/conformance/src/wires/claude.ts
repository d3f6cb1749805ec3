import { isString } from './shape.ts';

/**
 * Rules of Claude models on every platform, from the vendor's pages and from rejections that users reported. These rules are an
 * independent source for checking the table of models in `@majordomo/claude`.
 */

/** Matches models that reject forced tools (What's new in Opus 5.5, Sonnet 5.5 and Fable 5.1, platform.claude.com, 2026-11). */
const NEVER_FORCED = /claude-(?:(?:opus|sonnet)-5-5|(?:fable|mythos)-5-[12])(?!\d)/;

/** Matches models that accept a forced tool with adaptive thinking (langchain-aws#1141, 2026-07): 4.8 and later. */
const FORCED_WHILE_ADAPTIVE = /claude-(?:opus-4-8|(?:opus|sonnet|haiku|fable|mythos)-[5-9]|mythos-preview)/;

/** Matches models that reject a prefill: "This model does not support assistant message prefill" (4.6 and later, 2026). */
const NO_PREFILL = /claude-(?:(?:opus|sonnet)-(?:4-[6-9](?!\d)|[5-9])|haiku-[5-9]|fable|mythos)/;

/** Returns the reason for which a model rejects a forced tool with this thinking setting; `undefined` if it accepts the tool. */
export function forcedToolRefusal(model: unknown, thinking: unknown): string | undefined {
  if (isString(model) && NEVER_FORCED.test(model)) return 'forced tool use is not supported for this model';
  const isTaken = thinking === 'adaptive' && isString(model) && FORCED_WHILE_ADAPTIVE.test(model);
  if (isTaken || (thinking !== 'adaptive' && thinking !== 'enabled')) return undefined;
  return 'Thinking may not be enabled when tool_choice forces tool use.';
}

export const refusesPrefill = (model: unknown): boolean => isString(model) && NO_PREFILL.test(model);
