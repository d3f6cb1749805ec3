import type { JsonObject, ModelRequest } from '@majordomo/core';
import { isRecord, withOutputInstruction } from '@majordomo/core/toolkit';
import { eachPart } from './flaw.ts';

/** Functions that adapt a request to a wire. A flaw sets `extra.unfitted` to omit a step. */
export const FITTINGS: Readonly<Record<string, (request: ModelRequest) => ModelRequest>> = {
  names: (request) =>
    eachPart(request, (part: { readonly type: string; readonly name?: string }) => [
      part.type === 'tool-call' && part.name !== undefined ? { ...part, name: fit(part.name) } : part,
    ]),
  parameters: (request) => ({
    ...request,
    tools: request.tools.map((tool) => ({ ...tool, parameters: withRoot(tool.parameters) })),
  }),
  output: (request) =>
    request.output?.schema === undefined || isEnforceable(request.output.schema)
      ? request
      : {
          ...request,
          output: undefined,
          system: withOutputInstruction(request.system, request.output.schema),
        },
};

export function fitted(request: ModelRequest): ModelRequest {
  return Object.entries(FITTINGS).reduce(
    (before, [name, step]) => (before.extra['unfitted'] === name ? before : step(before)),
    request,
  );
}

const fit = (name: string): string => name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64);

const withRoot = (schema: JsonObject): JsonObject =>
  schema['type'] === 'object' ? schema : { type: 'object', properties: {} };

/** Whether all objects of a schema are closed and it has no unsupported keyword. */
function isEnforceable(schema: JsonObject): boolean {
  const text = JSON.stringify(schema);
  const objects = text.split('"type":"object"').length;
  const closed = text.split('"additionalProperties":false').length;
  return isRecord(schema['properties']) && objects === closed && !/"(?:\$ref|minLength)"/.test(text);
}
