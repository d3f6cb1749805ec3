import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { jsonObject } from '../parsing/json-object.ts';
import type { Notes } from '../parsing/notes.ts';
import {
  required,
  array,
  optional,
  nonEmptyString,
  oneOf,
  pathOf,
  object,
  string,
  type Fields,
} from '../parsing/fields.ts';
import { namedTool } from '../parsing/tool-choice.ts';

/** The tools of a request, and which of them may be called. */
export function messagesTools(
  body: Fields,
  notes: Notes,
): { readonly tools?: readonly ToolSpec[]; readonly toolChoice?: ToolChoice } {
  const tools = (optional(body, 'tools', array(object)) ?? []).flatMap((tool) => toolSpec(tool, notes));
  const choice = optional(body, 'tool_choice', object);
  if (tools.length === 0) return {};
  if (choice === undefined) return { tools };
  if (choice.value['disable_parallel_tool_use'] === true)
    notes.dropped('disable_parallel_tool_use', 'not every target can be held to one call at a time');
  return { tools, toolChoice: choiceOf(choice, tools) };
}

/** Tools that the vendor defines, or runs, are known to Claude alone. */
function toolSpec(tool: Fields, notes: Notes): readonly ToolSpec[] {
  const type = optional(tool, 'type', string) ?? 'custom';
  if (type !== 'custom') {
    notes.dropped(`tool ${type}`, 'tools that a vendor defines are not offered');
    return [];
  }
  return [
    {
      name: required(tool, 'name', nonEmptyString),
      description: optional(tool, 'description', string) ?? '',
      parameters: required(tool, 'input_schema', jsonObject),
    },
  ];
}

function choiceOf(choice: Fields, tools: readonly ToolSpec[]): ToolChoice {
  switch (required(choice, 'type', oneOf('auto', 'any', 'tool', 'none'))) {
    case 'auto':
      return 'auto';
    case 'any':
      return 'required';
    case 'none':
      return 'none';
    case 'tool':
      return namedTool(required(choice, 'name', nonEmptyString), tools, pathOf(choice, 'name'));
  }
}
