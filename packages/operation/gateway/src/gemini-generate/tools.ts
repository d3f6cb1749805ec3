import type { ToolChoice, ToolSpec } from '@majordomo/core';
import {
  array,
  jsonObject,
  nonEmptyString,
  object,
  objects,
  oneOf,
  string,
  type Fields,
} from '../parsing/fields.ts';
import type { Notes } from '../parsing/notes.ts';
import { checkNamed, noteWithoutTools, type ChosenTools } from '../parsing/tools.ts';
import { fromOpenApi } from './schema.ts';

/** Converts the tools and the tool choice of a request. Drops tools that the vendor runs, with a warning. */
export function geminiTools(body: Fields, notes: Notes): ChosenTools {
  const readGroup = (group: Fields): readonly ToolSpec[] => {
    const declared =
      group.optional(
        'functionDeclarations',
        objects((tool) => toolSpec(tool, notes)),
      ) ?? [];
    for (const name of group.unparsed())
      notes.dropped(`tool ${name}`, 'vendor-defined tools are not supported');
    return declared;
  };
  const tools = body.optional('tools', objects(readGroup))?.flat() ?? [];
  const config = body.optional('toolConfig', object);
  const calling = config?.optional('functionCallingConfig', object);
  notes.unparsedInObject(config);
  if (tools.length === 0) {
    // Without tools, each of the other modes has the effect of AUTO.
    const mode = calling?.value['mode'] === 'ANY' ? 'any' : undefined;
    noteWithoutTools(mode, 'functionCallingConfig', notes);
    return {};
  }
  const chosen = calling === undefined ? { tools } : chosenTools(calling, tools);
  notes.unparsedInObject(calling);
  if (calling?.value['mode'] === 'VALIDATED')
    notes.coerced(
      'functionCallingConfig.mode to AUTO',
      'each provider enforces the schemas of tools if its API can',
    );
  return chosen;
}

function toolSpec(tool: Fields, notes: Notes): ToolSpec {
  const schema = tool.optional('parametersJsonSchema', jsonObject);
  const parameters = tool.optional('parameters', jsonObject);
  const spec = {
    name: tool.required('name', nonEmptyString),
    description: tool.optional('description', string) ?? '',
    parameters:
      schema ?? (parameters === undefined ? { type: 'object', properties: {} } : fromOpenApi(parameters)),
  };
  if (schema !== undefined && parameters !== undefined)
    notes.dropped('tool.parameters', 'parametersJsonSchema is used');
  notes.unparsedInElement(tool, 'tool');
  return spec;
}

function chosenTools(calling: Fields, tools: readonly ToolSpec[]): ChosenTools {
  const mode = calling.optional('mode', oneOf('MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'));
  const names = calling.optional('allowedFunctionNames', array(nonEmptyString)) ?? [];
  const path = calling.pathOf('allowedFunctionNames');
  const offered = new Set(tools.map(({ name }) => name));
  for (const name of names) checkNamed(name, offered, path);
  const only = names.length === 1 ? names[0] : undefined;
  if (mode === 'ANY' && only !== undefined) return { tools, toolChoice: { name: only } };
  const allowedNames = new Set(names);
  const allowed = names.length === 0 ? tools : tools.filter(({ name }) => allowedNames.has(name));
  return { tools: allowed, toolChoice: choiceOf(mode) };
}

function choiceOf(mode: string | undefined): ToolChoice {
  if (mode === 'ANY') return 'required';
  return mode === 'NONE' ? 'none' : 'auto';
}
