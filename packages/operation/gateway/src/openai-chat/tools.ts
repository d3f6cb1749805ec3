import type { ToolChoice, ToolSpec } from '@majordomo/core';
import type { Notes } from '../parsing/notes.ts';
import {
  array,
  nonEmptyString,
  oneOf,
  object,
  objects,
  invalid,
  type Fields,
  type Parser,
} from '../parsing/fields.ts';
import { functionTool, noteParallelCalls } from '../parsing/openai.ts';
import { namedTool } from '../parsing/tool-choice.ts';

/** Tools and tool choice of a request. */
export interface Tools {
  readonly tools?: readonly ToolSpec[];
  readonly toolChoice?: ToolChoice;
}

export function chatTools(body: Fields, notes: Notes): Tools {
  for (const old of ['functions', 'function_call']) {
    if (body.value[old] !== undefined) invalid(old, 'is not supported; use tools and tool_choice');
  }
  const tools =
    body.optional(
      'tools',
      objects((tool) => toolSpec(tool, notes)),
    ) ?? [];
  noteParallelCalls(body, notes);
  const choice = body.optional('tool_choice', (value, path) => choiceOf(value, path, tools));
  return {
    ...(tools.length === 0 ? {} : { tools: choice?.among ?? tools }),
    ...(choice?.choice === undefined || tools.length === 0 ? {} : { toolChoice: choice.choice }),
  };
}

function toolSpec(tool: Fields, notes: Notes): ToolSpec {
  tool.required('type', oneOf('function'));
  return functionTool(tool.required('function', object), notes);
}

interface Choice {
  readonly choice: ToolChoice | undefined;
  /** Tools that the model may call. `undefined` allows all tools. */
  readonly among?: readonly ToolSpec[];
}

function choiceOf(value: unknown, path: string, tools: readonly ToolSpec[]): Choice {
  if (typeof value === 'string') return { choice: oneOf('auto', 'none', 'required')(value, path) };
  const choice = object(value, path);
  if (choice.required('type', oneOf('function', 'allowed_tools')) === 'function') {
    const called = choice.required('function', object);
    return { choice: namedTool(called.required('name', nonEmptyString), tools, called.pathOf('name')) };
  }
  const allowed = choice.required('allowed_tools', object);
  const names = new Set(allowed.required('tools', array(allowedName)));
  return {
    choice: allowed.required('mode', oneOf('auto', 'required')),
    among: tools.filter((tool) => names.has(tool.name)),
  };
}

const allowedName: Parser<string> = (value, path) =>
  object(value, path).required('function', object).required('name', nonEmptyString);
