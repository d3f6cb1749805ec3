import { isString } from './shape.ts';

/**
 * What Claude's models refuse on every platform that serves them, written down anew from the vendor's pages and from
 * refusals that users report, so that a provider's own table is checked against a second one.
 */

/** "Forced tool use is not supported": What's new in Opus 5.5, Sonnet 5.5 and Fable 5.1 (platform.claude.com, 2026-11). */
const NEVER_FORCED = /claude-(?:(?:opus|sonnet)-5-5|(?:fable|mythos)-5-[12])(?!\d)/;

/** Take a forced tool while they think adaptively (langchain-aws#1141, 2026-07); those up to 4.7 refuse (#1151). */
const FORCED_WHILE_ADAPTIVE = /claude-(?:opus-4-8|(?:opus|sonnet|haiku|fable|mythos)-[5-9]|mythos-preview)/;

/** "This model does not support assistant message prefill" (4.6 and later, 2026). */
const NO_PREFILL = /claude-(?:(?:opus|sonnet)-(?:4-[6-9](?!\d)|[5-9])|haiku-[5-9]|fable|mythos)/;

/** Why this model refuses a forced tool, beside this kind of thinking. */
export function forcedToolRefusal(model: unknown, thinking: unknown): string | undefined {
  if (isString(model) && NEVER_FORCED.test(model)) return 'forced tool use is not supported for this model';
  const isTaken = thinking === 'adaptive' && isString(model) && FORCED_WHILE_ADAPTIVE.test(model);
  if (isTaken || (thinking !== 'adaptive' && thinking !== 'enabled')) return undefined;
  return 'Thinking may not be enabled when tool_choice forces tool use.';
}

export const refusesPrefill = (model: unknown): boolean => isString(model) && NO_PREFILL.test(model);
