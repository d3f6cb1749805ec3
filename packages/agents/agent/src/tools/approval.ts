import { checkValue, type CallOptions, type Message, type ToolCallPart } from '@majordomo/core';
import type { RunState } from '../state/state.ts';
import type { Tool } from './tool.ts';
import type { Tools } from './toolbox.ts';
import { isOverMaxCalls } from './tool-limits.ts';

/** Tools and messages of the agent that is active in a state. */
interface ActiveAgent {
  active(state: RunState): { readonly tools: Tools };
  view(state: RunState): readonly Message[];
}

/** Returns the ids of the calls that a person must approve before they run. */
export async function approvalsNeeded(
  calls: readonly ToolCallPart[],
  state: RunState,
  agent: ActiveAgent,
  options?: CallOptions,
): Promise<readonly string[]> {
  const { tools } = agent.active(state);
  const view = { offered: state.offered, messages: agent.view(state) };
  const checked = await Promise.all(
    calls.map(async (call) => {
      const tool = tools.find(call.name, state.offered);
      const isNeeded =
        tool !== undefined &&
        call.invalid === undefined &&
        tools.isLoaded(call.name, view) &&
        !isOverMaxCalls(tool, call, state) &&
        (await requiresApproval(tool, call, options));
      return isNeeded ? [call.id] : [];
    }),
  );
  return checked.flat();
}

/**
 * Returns whether a person must approve this call. A call with invalid arguments needs no approval, because the call does not
 * run. If the validation or the tool's approval function fails, approval is required.
 */
export async function requiresApproval(
  { approval, parameters }: Tool,
  { args }: ToolCallPart,
  options?: CallOptions,
): Promise<boolean> {
  try {
    const checked = await checkValue(parameters, args);
    if ('issues' in checked) return false;
    return typeof approval === 'function'
      ? await approval(checked.value as never, options)
      : approval === true;
  } catch {
    return true;
  }
}
