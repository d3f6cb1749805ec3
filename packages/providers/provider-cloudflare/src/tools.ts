import type { JsonObject, ModelRequest, ModelTool, Warning } from '@majordomo/core';
import type { RunQuirks } from './quirks.ts';
import { objectRoot } from '@majordomo/wire-kit';

export interface WireTool {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description: string; readonly parameters: JsonObject };
}

export interface WireTools {
  readonly tools?: WireTool[];
  readonly tool_choice?: 'auto' | 'required';
}

/**
 * Converts tools. For the choice `none`, returns no tools. For a named tool, returns only this tool, and requires a call if the
 * model supports the tool choice.
 */
export function toTools(
  { tools, toolChoice }: ModelRequest,
  quirks: RunQuirks,
  warnings: Warning[],
): WireTools {
  if (tools.length === 0 || toolChoice === 'none') return {};
  const named = typeof toolChoice === 'object' ? toolChoice.name : undefined;
  const offered = tools.filter(({ name }) => named === undefined || name === named).map(toTool);
  if (toolChoice === undefined) return { tools: offered };
  const choice = toolChoice === 'auto' ? 'auto' : 'required';
  if (quirks.toolChoice) return { tools: offered, tool_choice: choice };
  if (choice === 'required') {
    const what = `toolChoice "${named ?? 'required'}"`;
    warnings.push({
      action: 'coerced',
      what,
      why: 'this model cannot be required to call a tool',
    });
  }
  return { tools: offered };
}

const toTool = ({ name, description, parameters, extra }: ModelTool): WireTool => ({
  type: 'function',
  function: { name, description, parameters: objectRoot(parameters) },
  ...extra,
});
