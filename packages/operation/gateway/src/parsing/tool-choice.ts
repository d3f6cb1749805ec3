import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { invalid } from './fields.ts';

/** Returns the choice of the tool with this name. Refuses a name that is not among the tools. */
export function namedTool(tool: string, tools: readonly ToolSpec[], path: string): ToolChoice {
  return tools.some(({ name }) => name === tool)
    ? { name: tool }
    : invalid(path, `names ${JSON.stringify(tool)}, which is not among the tools`);
}
