import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { invalid } from './fields.ts';
import type { Notes } from './notes.ts';

/** Returns the choice of the tool with this name. Refuses a name that is not among the tools. */
export function namedTool(tool: string, tools: readonly ToolSpec[], path: string): ToolChoice {
  checkNamed(tool, new Set(tools.map(({ name }) => name)), path);
  return { name: tool };
}

/** Refuses a name that is not among the names of the tools. */
export function checkNamed(name: string, names: ReadonlySet<string>, path: string): void {
  if (!names.has(name)) invalid(path, `names ${JSON.stringify(name)}, which is not among the tools`);
}

/** Adds a warning about a choice that requires a call although the request has no tools, or only tools that the vendor runs. */
export function noteWithoutTools(mode: unknown, what: string, notes: Notes): void {
  if (mode !== undefined && mode !== 'auto' && mode !== 'none')
    notes.dropped(what, 'the request has no tools that targets receive');
}
