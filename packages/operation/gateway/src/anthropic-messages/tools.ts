import type { ToolChoice, ToolSpec } from '@majordomo/core';
import type { Notes } from '../parsing/notes.ts';
import {
  boolean,
  jsonObject,
  nonEmptyString,
  oneOf,
  object,
  objects,
  string,
  type Fields,
} from '../parsing/fields.ts';
import {
  namedTool,
  noteCallers,
  NOTED_MEMBERS,
  noteWithoutTools,
  type ChosenTools,
} from '../parsing/tools.ts';

/** Converts the tools and the tool choice of a request. */
export function messagesTools(body: Fields, notes: Notes): ChosenTools {
  const tools =
    body
      .optional(
        'tools',
        objects((tool) => toolSpec(tool, notes)),
      )
      ?.flat() ?? [];
  const choice = body.optional('tool_choice', object);
  if (tools.length === 0) {
    noteWithoutTools(choice?.value['type'], 'tool_choice', notes);
    return {};
  }
  if (choice === undefined) return { tools };
  if (choice.optional('disable_parallel_tool_use', boolean) === true)
    notes.dropped('disable_parallel_tool_use', 'not every target can be limited to one call at a time');
  const toolChoice = choiceOf(choice, tools);
  notes.unparsedInObject(choice);
  return { tools, toolChoice };
}

/** Converts a tool. Drops a vendor-defined tool with a warning, because other vendors do not have it. */
function toolSpec(tool: Fields, notes: Notes): readonly ToolSpec[] {
  const type = tool.optional('type', string) ?? 'custom';
  if (type !== 'custom') {
    notes.dropped(`tool ${type}`, 'vendor-defined tools are not supported');
    return [];
  }
  noteCallers(tool, notes);
  const spec = {
    name: tool.required('name', nonEmptyString),
    description: tool.optional('description', string) ?? '',
    parameters: tool.required('input_schema', jsonObject),
  };
  notes.unparsedInElement(tool, 'tool', ...NOTED_MEMBERS, 'cache_control');
  return [spec];
}

function choiceOf(choice: Fields, tools: readonly ToolSpec[]): ToolChoice {
  switch (choice.required('type', oneOf('auto', 'any', 'tool', 'none'))) {
    case 'auto':
      return 'auto';
    case 'any':
      return 'required';
    case 'none':
      return 'none';
    case 'tool':
      return namedTool(choice.required('name', nonEmptyString), tools, choice.pathOf('name'));
  }
}
