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
  invalid,
  type Fields,
  type Parser,
} from '../parsing/fields.ts';
import { namedTool } from '../parsing/tool-choice.ts';

/** The tools of a request, and which of them may be called. */
export interface Tools {
  readonly tools?: readonly ToolSpec[];
  readonly toolChoice?: ToolChoice;
}

export function chatTools(body: Fields, notes: Notes): Tools {
  for (const old of ['functions', 'function_call']) {
    if (body.value[old] !== undefined) invalid(old, 'is not taken: use tools and tool_choice');
  }
  const tools = (optional(body, 'tools', array(object)) ?? []).map(toolSpec);
  if (optional(body, 'parallel_tool_calls', (value) => value) === false)
    notes.dropped('parallel_tool_calls', 'not every target can be held to one call at a time');
  const choice = optional(body, 'tool_choice', (value, path) => choiceOf(value, path, tools));
  return {
    ...(tools.length === 0 ? {} : { tools: choice?.among ?? tools }),
    ...(choice?.choice === undefined || tools.length === 0 ? {} : { toolChoice: choice.choice }),
  };
}

function toolSpec(tool: Fields): ToolSpec {
  required(tool, 'type', oneOf('function'));
  const described = required(tool, 'function', object);
  return {
    name: required(described, 'name', nonEmptyString),
    description: optional(described, 'description', string) ?? '',
    parameters: optional(described, 'parameters', jsonObject) ?? { type: 'object', properties: {} },
  };
}

interface Choice {
  readonly choice: ToolChoice | undefined;
  /** Set when not all of them may be called. */
  readonly among?: readonly ToolSpec[];
}

function choiceOf(value: unknown, path: string, tools: readonly ToolSpec[]): Choice {
  if (typeof value === 'string') return { choice: oneOf('auto', 'none', 'required')(value, path) };
  const choice = object(value, path);
  if (required(choice, 'type', oneOf('function', 'allowed_tools')) === 'function') {
    const called = required(choice, 'function', object);
    return { choice: namedTool(required(called, 'name', nonEmptyString), tools, pathOf(called, 'name')) };
  }
  const allowed = required(choice, 'allowed_tools', object);
  const names = new Set(required(allowed, 'tools', array(allowedName)));
  return {
    choice: required(allowed, 'mode', oneOf('auto', 'required')),
    among: tools.filter((tool) => names.has(tool.name)),
  };
}

const allowedName: Parser<string> = (value, path) =>
  required(required(object(value, path), 'function', object), 'name', nonEmptyString);
