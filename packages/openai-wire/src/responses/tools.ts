import type { ModelRequest, ModelTool } from '@majordomo/core';
import { memoizeList } from '../schema/memoize-list.ts';
import type { NamedSchema } from '../schema/output.ts';

/** A tool in the form of this wire: flat, and strict unless it has `strict: false`. */
export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description: string;
  readonly parameters: ModelTool['parameters'];
  readonly strict: boolean;
}

/** Converts the tools of a request. An equal list results in the same array, so that it is serialized once. */
export const toolsToWire: (tools: readonly ModelTool[]) => readonly FunctionTool[] = memoizeList((tools) =>
  tools.map(({ name, description, parameters, strict = false }: ModelTool) => ({
    type: 'function',
    name,
    description,
    parameters,
    strict,
  })),
);

/** Returns `tool_choice`, which has no meaning without tools. */
export function toolChoiceToWire({ toolChoice, tools }: ModelRequest): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  return typeof toolChoice === 'object' ? { type: 'function', name: toolChoice.name } : toolChoice;
}

/** Returns the `text.format` that requests JSON of a schema. */
export const schemaFormat = (schema: NamedSchema): object => ({ type: 'json_schema', ...schema });
