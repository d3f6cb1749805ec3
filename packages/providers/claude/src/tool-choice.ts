import type { ToolChoice, Warning } from '@majordomo/core';
import type { ClaudeQuirks } from './quirks.ts';

/** Whether the tool choice forces a call. */
export const isForced = (choice: ToolChoice | undefined): boolean =>
  choice === 'required' || typeof choice === 'object';

/** Returns the tool choice. If the model rejects forced calls, returns `auto` with a warning. */
export function allowedToolChoice(
  choice: ToolChoice | undefined,
  { forcedTools }: Pick<ClaudeQuirks, 'forcedTools'>,
  warnings: Warning[],
): ToolChoice | undefined {
  if (!isForced(choice) || forcedTools !== 'never') return choice;
  warnings.push({ action: 'coerced', what: 'toolChoice to auto', why: 'this model rejects forced tool use' });
  return 'auto';
}
