import type { Replay, ToolCallPart, ToolChoice, ToolSpec } from '@majordomo/core';
import { parseArguments } from '@majordomo/core/toolkit';
import { invalid, jsonObject, nonEmptyString, string, type Fields } from './fields.ts';
import type { Notes } from './notes.ts';

/** Tools and tool choice of a request. */
export interface ChosenTools {
  readonly tools?: readonly ToolSpec[];
  readonly toolChoice?: ToolChoice;
}

/** Converts a tool call. If the arguments are not a JSON object, the member `invalid` contains them as the client sent them. */
export function toolCallPart(id: string, name: string, json: string, replay?: Replay): ToolCallPart {
  const { args, invalid } = parseArguments(json);
  return {
    type: 'tool-call',
    id,
    name,
    args,
    ...(invalid === undefined ? {} : { invalid }),
    ...(replay === undefined ? {} : { replay }),
  };
}

/** Returns the arguments as JSON, or the text of the model if the arguments are not an object. */
export const argumentsText = ({ args, invalid }: ToolCallPart): string =>
  invalid?.raw ?? JSON.stringify(args);

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

/** Members of a tool that need no further warning. Each provider enforces the schema of a tool if its API can, as with `strict`. */
export const NOTED_MEMBERS: readonly string[] = ['type', 'allowed_callers', 'strict'];

/** Adds a warning if a vendor's program should call the tool. The gateway returns no programs, so the model calls the tool. */
export function noteCallers(tool: Fields, notes: Notes): void {
  if (tool.isSet('allowed_callers'))
    notes.dropped(
      'allowed_callers',
      'programs that the vendor runs are not supported; the model calls the tool',
    );
}

/** Converts the description of a function. If `parameters` is missing, the function takes no arguments. */
export function functionTool(tool: Fields, notes: Notes): ToolSpec {
  const spec = {
    name: tool.required('name', nonEmptyString),
    description: tool.optional('description', string) ?? '',
    parameters: tool.optional('parameters', jsonObject) ?? { type: 'object', properties: {} },
  };
  notes.unparsedInElement(tool, 'tool', ...NOTED_MEMBERS);
  return spec;
}

/** Adds a warning if the request limits the model to one call at a time. */
export function noteParallelCalls(body: Fields, notes: Notes): void {
  if (body.optional('parallel_tool_calls', (value) => value) === false)
    notes.dropped('parallel_tool_calls', 'not every target can be limited to one call at a time');
}
