import type { ToolChoice, Warning } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** Whether the choice forces a call. */
export const isForced = (choice: ToolChoice | undefined): boolean =>
  choice === 'required' || typeof choice === 'object';

/** Returns the choice, or `auto` with a warning for a model that rejects forced calls. */
export function allowedToolChoice(
  choice: ToolChoice | undefined,
  { forcedTools }: Pick<ClaudeQuirks, 'forcedTools'>,
  warnings: Warning[],
): ToolChoice | undefined {
  if (!isForced(choice) || forcedTools !== 'never') return choice;
  warnings.push({ action: 'coerced', what: 'toolChoice to auto', why: 'this model rejects forced tool use' });
  return 'auto';
}
