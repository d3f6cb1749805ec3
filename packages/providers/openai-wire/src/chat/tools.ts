import type { ModelRequest, ModelTool } from '@majordomo/core';
import { memoizeList } from '../schema/memoize-list.ts';
import type { NamedSchema } from '../schema/output.ts';
import type { ChatQuirks } from './quirks.ts';

/** Tool definition of Chat Completions. */
export interface WireTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: ModelTool['parameters'];
    readonly strict?: true;
  };
}

/** Converts the tools of a request. Returns the same array for an unchanged list, so that the array is serialized only once. */
export const toolsToWire: (tools: readonly ModelTool[]) => readonly WireTool[] = memoizeList((tools) =>
  tools.map(({ name, description, parameters, strict, extra }: ModelTool) => ({
    type: 'function',
    function: { name, description, parameters, ...(strict === true ? { strict } : undefined) },
    ...extra,
  })),
);

/** Returns `tool_choice`; `undefined` if the request has no tools, because servers then reject `tool_choice`. */
export function toolChoiceToWire(
  { toolChoice, tools }: ModelRequest,
  { requiredChoice }: Pick<ChatQuirks, 'requiredChoice'>,
): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  if (typeof toolChoice === 'object') return { type: 'function', function: { name: toolChoice.name } };
  return toolChoice === 'required' ? requiredChoice : toolChoice;
}

/** Returns the `response_format` that requests JSON with this schema. */
export const schemaFormat = (schema: NamedSchema): object => ({ type: 'json_schema', json_schema: schema });
