import type { Tool, Toolbox } from '@majordomo/agent';
import type { CallOptions, JsonObject, LlmError } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import { checkToolOptions } from './options.ts';
import { toolRefusal } from './tool-refusal.ts';
import type { ToolGuardOptions } from './types.ts';

/** Maximum number of stored refusals, whose calls have not run yet. Above this number, the oldest refusal is deleted. */
const MAX_REFUSALS = 1000;

/**
 * Returns a tool that runs checks before `run`. A refused call does not run, and no approval is requested for the call. The model
 * receives an error result with the name of the check and the reason. If a check is down before an approval, the approval is
 * still requested, and the checks run again after it. The checks also judge calls of the tool's `inner` tools. Throws `config` for
 * invalid options. The checks are those of `Tool.check`, so an agent, `runTool` and a server of tools run them, but a direct call of
 * `run` does not.
 *
 * @example
 * const refund = guardedTool(tool, {
 *   checks: [{ name: 'small', check: ({ args }) => (Number(args?.['cents']) > 10_000 ? { deny: 'too much' } : undefined) }],
 * });
 */
export function guardedTool(tool: Tool, options: ToolGuardOptions): Tool {
  checkOptions('guardedTool', { tool }, { tool: 'object with run' }, ['tool']);
  checkToolOptions('guardedTool', options);
  return withChecks(tool, options);
}

/** Returns a toolbox with checks for all its tools, including tools that are added later. Throws `config` for invalid options. */
export function guardedToolbox(toolbox: Toolbox, options: ToolGuardOptions): Toolbox {
  checkOptions('guardedToolbox', toolbox, { name: 'string', tools: 'array' }, ['name', 'tools']);
  checkToolOptions('guardedToolbox', options);
  const guarded = new WeakMap<Tool, Tool>();
  return {
    name: toolbox.name,
    get description() {
      return toolbox.description;
    },
    get tools() {
      return toolbox.tools.map((tool) => {
        const known = guarded.get(tool) ?? withChecks(tool, options);
        guarded.set(tool, known);
        return known;
      });
    },
  };
}

function withChecks(tool: Tool, options: ToolGuardOptions): Tool {
  const { approval } = tool;
  // A refused call needs no approval. Its refusal is stored, because a check may decide differently when the call runs.
  const refusals = new Map<string, LlmError>();
  const refusalOf = (args: JsonObject, call: CallOptions): Promise<LlmError | undefined> => {
    const { tenant, metadata = {}, signal } = call;
    const subject = { side: 'tool-call', text: JSON.stringify(args), tool: tool.name, args } as const;
    return toolRefusal(options, options.checks, subject, { tenant, metadata, signal });
  };
  const requiresApproval = async (args: JsonObject, call: CallOptions = {}): Promise<boolean> => {
    if (typeof approval === 'function' && !(await approval(args, call))) return false;
    const refusal = await refusalOf(args, call);
    // A refusal with a cause means that a check is down.
    if (refusal === undefined || refusal.cause !== undefined) return true;
    refusals.set(keyOf(args, call), refusal);
    const [oldest = ''] = refusals.keys();
    if (refusals.size > MAX_REFUSALS) refusals.delete(oldest);
    return false;
  };
  const check = async (args: JsonObject, call: CallOptions): Promise<void> => {
    const key = keyOf(args, call);
    const refusal = refusals.get(key) ?? (await refusalOf(args, call));
    refusals.delete(key);
    if (refusal !== undefined) throw refusal;
    await tool.check?.(args, call);
  };
  const needsApproval = approval === true || typeof approval === 'function';
  const inner = tool.inner?.map((one) => withChecks(one, options));
  return {
    ...tool,
    check,
    ...(needsApproval && { approval: requiresApproval }),
    ...(inner && { inner }),
  };
}

const keyOf = (args: JsonObject, { tenant = '' }: CallOptions): string => `${tenant} ${JSON.stringify(args)}`;
