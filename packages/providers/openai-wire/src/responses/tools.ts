import type { ModelRequest, ModelTool } from '@majordomo/core';
import { memoizeList } from '../schema/memoize-list.ts';
import type { NamedSchema } from '../schema/output.ts';

/** Tool definition of Responses. It is strict unless it contains `strict: false`. */
export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description: string;
  readonly parameters: ModelTool['parameters'];
  readonly strict: boolean;
}

/** Converts the tools of a request. Returns the same array for an unchanged list, so that the array is serialized only once. */
export const toolsToWire: (tools: readonly ModelTool[]) => readonly FunctionTool[] = memoizeList((tools) =>
  tools.map(({ name, description, parameters, strict = false }: ModelTool) => ({
    type: 'function',
    name,
    description,
    parameters,
    strict,
  })),
);

/** Returns `tool_choice`; `undefined` if the request has no tools. */
export function toolChoiceToWire({ toolChoice, tools }: ModelRequest): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  return typeof toolChoice === 'object' ? { type: 'function', name: toolChoice.name } : toolChoice;
}

/** Returns the `text.format` that requests JSON with this schema. */
export const schemaFormat = (schema: NamedSchema): object => ({ type: 'json_schema', ...schema });
