import type { ToolChoice, ToolSpec } from '@majordomo/core';
import type { Notes } from '../parsing/notes.ts';
import { array, nonEmptyString, oneOf, object, objects, invalid, type Fields } from '../parsing/fields.ts';
import {
  checkNamed,
  functionTool,
  namedTool,
  noteParallelCalls,
  noteWithoutTools,
  type ChosenTools,
} from '../parsing/tools.ts';

/** Converts the tools and the tool choice of a request. */
export function chatTools(body: Fields, notes: Notes): ChosenTools {
  for (const old of ['functions', 'function_call']) {
    if (body.value[old] !== undefined) invalid(old, 'is not supported; use tools and tool_choice');
  }
  const tools =
    body.optional(
      'tools',
      objects((tool) => toolSpec(tool, notes)),
    ) ?? [];
  noteParallelCalls(body, notes);
  const choice = body.optional('tool_choice', (value, path) => choiceOf(value, path, tools, notes));
  if (tools.length === 0) {
    noteWithoutTools(choice?.choice, 'tool_choice', notes);
    return {};
  }
  return {
    tools: choice?.among ?? tools,
    ...(choice?.choice !== undefined && { toolChoice: choice.choice }),
  };
}

function toolSpec(tool: Fields, notes: Notes): ToolSpec {
  tool.required('type', oneOf('function'));
  const spec = functionTool(tool.required('function', object), notes);
  notes.unparsedInElement(tool, 'tool');
  return spec;
}

interface Choice {
  readonly choice: ToolChoice | undefined;
  /** Tools that the model may call. `undefined` allows all tools. */
  readonly among?: readonly ToolSpec[];
}

function choiceOf(value: unknown, path: string, tools: readonly ToolSpec[], notes: Notes): Choice {
  if (typeof value === 'string') return { choice: oneOf('auto', 'none', 'required')(value, path) };
  const choice = object(value, path);
  const type = choice.required('type', oneOf('function', 'allowed_tools'));
  const chosen = choice.required(type, object);
  notes.unparsedInObject(choice);
  if (type === 'function')
    return { choice: namedTool(chosen.required('name', nonEmptyString), tools, chosen.pathOf('name')) };
  const offered = new Set(tools.map(({ name }) => name));
  const names = new Set(
    chosen.required(
      'tools',
      array((tool, at) => allowedName(tool, at, offered)),
    ),
  );
  return {
    choice: chosen.required('mode', oneOf('auto', 'required')),
    among: tools.filter((tool) => names.has(tool.name)),
  };
}

function allowedName(value: unknown, path: string, offered: ReadonlySet<string>): string {
  const allowed = object(value, path).required('function', object);
  const name = allowed.required('name', nonEmptyString);
  checkNamed(name, offered, allowed.pathOf('name'));
  return name;
}
