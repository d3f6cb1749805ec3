import type { JsonObject, ModelRequest, ModelTool, ToolChoice } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';
import { isSubset, toSubset } from './schema.ts';
import type { Quirks } from './quirks.ts';

/** Converts tools and tool choice to properties of `config`. Returns an empty object for a request without tools. */
export function toolsToWire({ tools, toolChoice }: ModelRequest, quirks: Quirks): JsonObject {
  if (tools.length === 0) return {};
  // With the quirk `validated`, a request without a tool choice also contains the mode, which is VALIDATED for `auto`.
  const choice = toolChoice ?? (quirks.autoCalls === 'validated' ? 'auto' : undefined);
  return {
    tools: [{ functionDeclarations: tools.map((tool) => declaration(tool, quirks)) }],
    ...(choice !== undefined && { toolConfig: { functionCallingConfig: choiceToWire(choice, quirks) } }),
  };
}

/**
 * Adds vendor tools in `extra` to the request's tools, which the SDK would otherwise replace. A list in `extra` that
 * contains functions replaces the request's tools.
 */
export function extraWithTools(extra: ModelRequest['extra'], { tools }: JsonObject): ModelRequest['extra'] {
  const extraTools = extra['tools'];
  if (!isList(tools) || !isList(extraTools) || !extraTools.every(isVendorTool)) return extra;
  return { ...extra, tools: [...tools, ...extraTools] };
}

const isVendorTool = (tool: unknown): boolean =>
  isRecord(tool) && !('functionDeclarations' in tool) && !('function_declarations' in tool);

export function outputToWire({ output }: ModelRequest, quirks: Quirks): JsonObject {
  if (output === undefined) return {};
  const { schema } = output;
  if (schema === undefined) return { responseMimeType: 'application/json' };
  const field = inSubset(schema, quirks)
    ? { responseSchema: subsetOf(schema) }
    : { responseJsonSchema: schema };
  return { responseMimeType: 'application/json', ...field };
}

const declaration = ({ name, description, parameters, extra }: ModelTool, quirks: Quirks): JsonObject => ({
  name,
  description,
  ...(inSubset(parameters, quirks)
    ? { parameters: subsetOf(parameters) }
    : { parametersJsonSchema: parameters }),
  ...(extra as JsonObject | undefined),
});

/** Whether the schema must be sent in the field for the OpenAPI subset. */
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
