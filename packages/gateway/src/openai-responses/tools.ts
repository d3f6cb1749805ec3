import type { ToolChoice, ToolSpec } from '@majordomo/core';
import { jsonObject } from '../reading/json-schema.ts';
import type { Notes } from '../reading/notes.ts';
import { get, list, maybe, name, oneOf, placeOf, record, text, type Members } from '../reading/read.ts';
import { namedTool } from '../reading/tool-choice.ts';

/** The tools of a request, and which of them may be called. */
export interface ResponsesTools {
  readonly request: { readonly tools?: readonly ToolSpec[]; readonly toolChoice?: ToolChoice };
  /** Names of tools that take a text instead of an object: no other wire has them. */
  readonly custom: ReadonlySet<string>;
}

export function responsesTools(body: Members, notes: Notes): ResponsesTools {
  const custom = new Set<string>();
  const given = maybe(body, 'tools', list(record)) ?? [];
  const tools = given.flatMap((tool) => toolSpec(tool, custom, notes));
  if (maybe(body, 'parallel_tool_calls', (value) => value) === false)
    notes.dropped('parallel_tool_calls', 'not every target can be held to one call at a time');
  if (tools.length === 0) return { request: {}, custom };
  const value = body.value['tool_choice'];
  if (value === undefined || value === null) return { request: { tools }, custom };
  return { request: chosen(value, tools), custom };
}

function toolSpec(tool: Members, custom: Set<string>, notes: Notes): readonly ToolSpec[] {
  const type = get(tool, 'type', text);
  if (type === 'custom') {
    const spec = customTool(tool);
    custom.add(spec.name);
    return [spec];
  }
  if (type !== 'function') {
    notes.dropped(`tool ${type}`, 'tools that a vendor defines are not offered');
    return [];
  }
  return [
    {
      name: get(tool, 'name', name),
      description: maybe(tool, 'description', text) ?? '',
      parameters: maybe(tool, 'parameters', jsonObject) ?? { type: 'object', properties: {} },
    },
  ];
}

/** A text as the one member of an object, and its grammar told in words. */
function customTool(tool: Members): ToolSpec {
  const format = maybe(tool, 'format', record);
  const grammar = format && maybe(format, 'definition', text);
  const description = maybe(tool, 'description', text) ?? '';
  return {
    name: get(tool, 'name', name),
    description:
      grammar === undefined ? description : `${description}\n\nThe input follows this grammar:\n${grammar}`,
    parameters: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole input, as plain text.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

function chosen(value: unknown, tools: readonly ToolSpec[]): ResponsesTools['request'] {
  if (typeof value === 'string')
    return { tools, toolChoice: oneOf('auto', 'none', 'required')(value, 'tool_choice') };
  const choice = record(value, 'tool_choice');
  if (get(choice, 'type', oneOf('function', 'custom', 'allowed_tools')) !== 'allowed_tools') {
    return { tools, toolChoice: namedTool(get(choice, 'name', name), tools, placeOf(choice, 'name')) };
  }
  const names = get(choice, 'tools', list(record)).map((tool) => get(tool, 'name', name));
  return {
    tools: tools.filter((tool) => names.includes(tool.name)),
    toolChoice: get(choice, 'mode', oneOf('auto', 'required')),
  };
}
