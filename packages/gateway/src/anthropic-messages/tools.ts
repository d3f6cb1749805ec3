import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { jsonObject } from '../reading/json-schema.ts';
import type { Notes } from '../reading/notes.ts';
import { get, list, maybe, name, oneOf, placeOf, record, text, type Members } from '../reading/read.ts';
import { namedTool } from '../reading/tool-choice.ts';

/** The tools of a request, and which of them may be called. */
export function messagesTools(
  body: Members,
  notes: Notes,
): { readonly tools?: readonly ToolSpec[]; readonly toolChoice?: ToolChoice } {
  const tools = (maybe(body, 'tools', list(record)) ?? []).flatMap((tool) => toolSpec(tool, notes));
  const choice = maybe(body, 'tool_choice', record);
  if (tools.length === 0) return {};
  if (choice === undefined) return { tools };
  if (choice.value['disable_parallel_tool_use'] === true)
    notes.dropped('disable_parallel_tool_use', 'not every target can be held to one call at a time');
  return { tools, toolChoice: choiceOf(choice, tools) };
}

/** Tools that the vendor defines, or runs, are known to Claude alone. */
function toolSpec(tool: Members, notes: Notes): readonly ToolSpec[] {
  const type = maybe(tool, 'type', text) ?? 'custom';
  if (type !== 'custom') {
    notes.dropped(`tool ${type}`, 'tools that a vendor defines are not offered');
    return [];
  }
  return [
    {
      name: get(tool, 'name', name),
      description: maybe(tool, 'description', text) ?? '',
      parameters: get(tool, 'input_schema', jsonObject),
    },
  ];
}

function choiceOf(choice: Members, tools: readonly ToolSpec[]): ToolChoice {
  switch (get(choice, 'type', oneOf('auto', 'any', 'tool', 'none'))) {
    case 'auto':
      return 'auto';
    case 'any':
      return 'required';
    case 'none':
      return 'none';
    case 'tool':
      return namedTool(get(choice, 'name', name), tools, placeOf(choice, 'name'));
  }
}
