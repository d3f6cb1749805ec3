import type { CheckedCall, Tool, Toolbox } from '@majordomo/agent';
import { LlmError, type CallOptions, type JsonObject } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import { checkToolOptions } from './options.ts';
import { toolRefusal } from './tool-refusal.ts';
import type { ToolGuardOptions } from './types.ts';

/**
 * Returns a tool that runs checks before `run`. A refused call does not run, and no approval is requested for the call. The model
 * receives an error result with the name of the check and the reason. The checks run before an approval and again before the call,
 * and a call that they refused before its approval does not run if they allow it later. If a check is down before an approval, the
 * approval is still requested. The checks also judge calls of the tool's `inner` tools. Throws `config` for
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
  const refusalOf = (args: JsonObject, call: CallOptions): Promise<LlmError | undefined> => {
    const { tenant, metadata = {}, signal } = call;
    const subject = { side: 'tool-call', text: JSON.stringify(args), tool: tool.name, args } as const;
    return toolRefusal(options, options.checks, subject, { tenant, metadata, signal });
  };
  const mayNeedApproval = async (args: JsonObject, call: CallOptions): Promise<boolean> =>
    typeof approval === 'function' ? approval(args, call) : approval === true;
  const requiresApproval = async (args: JsonObject, call: CallOptions = {}): Promise<boolean> => {
    if (!(await mayNeedApproval(args, call))) return false;
    const refusal = await refusalOf(args, call);
    // A refusal with a cause means that a check is down.
    return refusal === undefined || refusal.cause !== undefined;
  };
  const check = async (args: JsonObject, call: CallOptions, checked?: CheckedCall): Promise<void> => {
    const refusal = await refusalOf(args, call);
    if (refusal !== undefined) throw refusal;
    // Only a refusal ends the need for approval, and a check may decide differently when the call runs, also in another process.
    if (checked?.isApproved === false && (await mayNeedApproval(args, call)))
      throw new LlmError('denied', `a check refused "${tool.name}" before its approval; call the tool again`);
    await tool.check?.(args, call, checked);
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
