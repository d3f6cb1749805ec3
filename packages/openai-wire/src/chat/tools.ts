import type { ModelRequest, ModelTool } from '@majordomo/core';
import { memoizeList } from '../schema/memoize-list.ts';
import type { NamedSchema } from '../schema/output.ts';
import type { ChatQuirks } from './quirks.ts';

/** A tool in the form of this wire. */
export interface WireTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: ModelTool['parameters'];
    readonly strict?: true;
  };
}

/** Converts the tools of a request. An equal list results in the same array, so that it is serialized once. */
export const toolsToWire: (tools: readonly ModelTool[]) => readonly WireTool[] = memoizeList((tools) =>
  tools.map(({ name, description, parameters, strict }: ModelTool) => ({
    type: 'function',
    function: { name, description, parameters, ...(strict === true ? { strict } : undefined) },
  })),
);

/** Returns `tool_choice`, which the wire rejects without tools. */
export function toolChoiceToWire(
  { toolChoice, tools }: ModelRequest,
  { requiredChoice }: Pick<ChatQuirks, 'requiredChoice'>,
): unknown {
  if (toolChoice === undefined || tools.length === 0) return undefined;
  if (typeof toolChoice === 'object') return { type: 'function', function: { name: toolChoice.name } };
  return toolChoice === 'required' ? requiredChoice : toolChoice;
}

/** Returns the `response_format` that requests JSON of a schema. */
export const schemaFormat = (schema: NamedSchema): object => ({ type: 'json_schema', json_schema: schema });
