import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { jsonObject } from '../reading/json-schema.ts';
import type { Notes } from '../reading/notes.ts';
import {
  get,
  list,
  maybe,
  name,
  oneOf,
  placeOf,
  record,
  text,
  wrong,
  type Members,
  type Read,
} from '../reading/read.ts';
import { namedTool } from '../reading/tool-choice.ts';

/** The tools of a request, and which of them may be called. */
export interface Tools {
  readonly tools?: readonly ToolSpec[];
  readonly toolChoice?: ToolChoice;
}

export function chatTools(body: Members, notes: Notes): Tools {
  for (const old of ['functions', 'function_call']) {
    if (body.value[old] !== undefined) wrong(old, 'is not taken: use tools and tool_choice');
  }
  const tools = (maybe(body, 'tools', list(record)) ?? []).map(toolSpec);
  if (maybe(body, 'parallel_tool_calls', (value) => value) === false)
    notes.dropped('parallel_tool_calls', 'not every target can be held to one call at a time');
  const choice = maybe(body, 'tool_choice', (value, path) => choiceOf(value, path, tools));
  return {
    ...(tools.length === 0 ? {} : { tools: choice?.among ?? tools }),
    ...(choice?.choice === undefined || tools.length === 0 ? {} : { toolChoice: choice.choice }),
  };
}

function toolSpec(tool: Members): ToolSpec {
  get(tool, 'type', oneOf('function'));
  const described = get(tool, 'function', record);
  return {
    name: get(described, 'name', name),
    description: maybe(described, 'description', text) ?? '',
    parameters: maybe(described, 'parameters', jsonObject) ?? { type: 'object', properties: {} },
  };
}

interface Choice {
  readonly choice: ToolChoice | undefined;
  /** Set when not all of them may be called. */
  readonly among?: readonly ToolSpec[];
}

function choiceOf(value: unknown, path: string, tools: readonly ToolSpec[]): Choice {
  if (typeof value === 'string') return { choice: oneOf('auto', 'none', 'required')(value, path) };
  const choice = record(value, path);
  if (get(choice, 'type', oneOf('function', 'allowed_tools')) === 'function') {
    const called = get(choice, 'function', record);
    return { choice: namedTool(get(called, 'name', name), tools, placeOf(called, 'name')) };
  }
  const allowed = get(choice, 'allowed_tools', record);
  const names = new Set(get(allowed, 'tools', list(allowedName)));
  return {
    choice: get(allowed, 'mode', oneOf('auto', 'required')),
    among: tools.filter((tool) => names.has(tool.name)),
  };
}

const allowedName: Read<string> = (value, path) =>
  get(get(record(value, path), 'function', record), 'name', name);
