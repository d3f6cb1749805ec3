import type { ToolChoice, Warning } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** Does this choice force a call? */
export const isForced = (choice: ToolChoice | undefined): boolean =>
  choice === 'required' || typeof choice === 'object';

/** The choice as this model takes it: one that refuses to be forced is left to choose, with a warning. */
export function allowedToolChoice(
  choice: ToolChoice | undefined,
  { forcedTools }: Pick<ClaudeQuirks, 'forcedTools'>,
  warnings: Warning[],
): ToolChoice | undefined {
  if (!isForced(choice) || forcedTools !== 'never') return choice;
  warnings.push({ action: 'coerced', what: 'toolChoice to auto', why: 'this model refuses forced tool use' });
  return 'auto';
}
