import type { JsonObject, ModelRequest, ModelTool, Warning } from '@majordomo/core';
import { objectRoot } from '@majordomo/wire-kit';

export interface WireTool {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly description: string; readonly parameters: JsonObject };
}

/** Converts tools. Because the API has no tool choice, returns no tools for `none`, and only the named tool for a name. */
export function toTools({ tools, toolChoice }: ModelRequest, warnings: Warning[]): WireTool[] {
  if (tools.length === 0 || toolChoice === 'none') return [];
  if (toolChoice === undefined || toolChoice === 'auto') return tools.map(toTool);
  const named = typeof toolChoice === 'object' ? toolChoice.name : undefined;
  const what = named === undefined ? 'toolChoice "required"' : `toolChoice "${named}"`;
  warnings.push({
    action: 'coerced',
    what,
    why: 'this API cannot require a tool call',
  });
  return tools.filter(({ name }) => named === undefined || name === named).map(toTool);
}

const toTool = ({ name, description, parameters, extra }: ModelTool): WireTool => ({
  type: 'function',
  function: { name, description, parameters: objectRoot(parameters) },
  ...extra,
});
