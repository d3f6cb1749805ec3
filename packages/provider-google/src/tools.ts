import type { JsonObject, ModelRequest, ModelTool, ToolChoice } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';
import { isSubset, toSubset } from './schema.ts';
import type { Quirks } from './quirks.ts';

/** Tools as the wire declares them, with the choice among them; nothing without tools. */
export function toolsToWire({ tools, toolChoice }: ModelRequest, quirks: Quirks): JsonObject {
  if (tools.length === 0) return {};
  const choice = toolChoice ?? (quirks.autoCalls === 'validated' ? 'auto' : undefined);
  return {
    tools: [{ functionDeclarations: tools.map((tool) => declaration(tool, quirks)) }],
    ...(choice !== undefined && { toolConfig: { functionCallingConfig: choiceToWire(choice, quirks) } }),
  };
}

/**
 * The caller's `extra`, whose tools that run at the vendor stand next to those of the request: the SDK would put one list in
 * place of the other. A list with functions of its own is the whole list.
 */
export function besideTools(extra: ModelRequest['extra'], { tools }: JsonObject): ModelRequest['extra'] {
  const own = extra['tools'];
  if (!isList(tools) || !isList(own) || !own.every(isOfVendor)) return extra;
  return { ...extra, tools: [...tools, ...own] };
}

const isOfVendor = (tool: unknown): boolean =>
  isRecord(tool) && !('functionDeclarations' in tool) && !('function_declarations' in tool);

/** An answer that follows a schema. */
export function outputToWire({ output }: ModelRequest, quirks: Quirks): JsonObject {
  if (output === undefined) return {};
  const { schema } = output;
  if (schema === undefined) return { responseMimeType: 'application/json' };
  const field = inSubset(schema, quirks)
    ? { responseSchema: subsetOf(schema) }
    : { responseJsonSchema: schema };
  return { responseMimeType: 'application/json', ...field };
}

const declaration = ({ name, description, parameters }: ModelTool, quirks: Quirks): JsonObject => ({
  name,
  description,
  ...(inSubset(parameters, quirks)
    ? { parameters: subsetOf(parameters) }
    : { parametersJsonSchema: parameters }),
});

/** A schema that is in the subset's own form goes where that form is read, whatever the model takes else. */
const inSubset = (schema: JsonObject, { schemaField }: Quirks): boolean =>
  schemaField === 'subset' || isSubset(schema);
const subsetOf = (schema: JsonObject): JsonObject => (isSubset(schema) ? schema : toSubset(schema));

function choiceToWire(choice: ToolChoice, { autoCalls }: Quirks): JsonObject {
  switch (choice) {
    case 'auto':
      return { mode: autoCalls === 'validated' ? 'VALIDATED' : 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    default:
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  }
}
