import { asList, isRecord } from '@majordomo/core/toolkit';
import type { Turn } from './turns.ts';
import { isString, type Report } from './shape.ts';

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

/** Checks that Claude can continue a prefill: the last message, if it is an assistant message. */
export function checkPrefill(prefill: Turn, isRefused: boolean, report: Report): void {
  const text = prefill.blocks.at(-1)?.block['text'];
  if (isString(text) && /\s$/.test(text))
    report('trailing-space', prefill.path, 'final assistant content cannot end with trailing whitespace');
  if (isRefused) report('prefill', prefill.path, 'the conversation must end with a user message');
}

/** Settings that thinking restricts, by the names of the Messages API. */
interface ThinkingSettings {
  readonly budget: unknown;
  readonly maxTokens: unknown;
  readonly temperature: unknown;
  readonly topP: unknown;
}

/** Checks the settings of a request with thinking. */
export function checkThinkingSettings(
  { budget, maxTokens, temperature, topP }: ThinkingSettings,
  path: string,
  report: Report,
): void {
  const refuse = (message: string): void => {
    report('thinking-options', path, message);
  };
  if (typeof budget === 'number' && budget < 1024) refuse('budget_tokens must be at least 1024');
  if (typeof budget === 'number' && typeof maxTokens === 'number' && budget >= maxTokens)
    refuse('max_tokens must be greater than budget_tokens');
  if (temperature !== undefined && temperature !== 1)
    refuse('temperature may only be set to 1 when thinking is enabled');
  if (typeof topP === 'number' && topP < 0.95) refuse('top_p must be at least 0.95 when thinking is enabled');
}

/** Returns the number of cache marks in a body. A mark is an object under the key `mark`. `data`: keys of arguments and schemas. */
export function countMarks(value: unknown, mark: string, data: readonly string[]): number {
  if (!isRecord(value))
    return asList(value).reduce<number>((sum, item) => sum + countMarks(item, mark, data), 0);
  return Object.entries(value)
    .filter(([key]) => !data.includes(key))
    .reduce((sum, [, item]) => sum + countMarks(item, mark, data), isRecord(value[mark]) ? 1 : 0);
}
