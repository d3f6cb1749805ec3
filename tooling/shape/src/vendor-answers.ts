import type { JsonObject } from '@majordomo/core';
import type { Exchange, Step } from '@majordomo/conformance';

/** Answer of a vendor to a program of a document. */
export const ANSWER = 'Because of Rayleigh scattering.';

/**
 * Returns a step of a vendor that fits any request: a value of the requested schema, a call of the first tool, an answer to a tool
 * result, or `ANSWER`.
 */
export function usualAnswer({ body, request, operation }: Exchange): Step {
  if (operation !== undefined) return operationAnswer(operation);
  if (request.output !== undefined) return JSON.stringify(sampleOf(request.output));
  const [tool] = toolsOf(body as JsonObject);
  if (tool === undefined || request.toolCalls.length > 0) return ANSWER;
  const json = JSON.stringify(sampleOf(tool.schema));
  return { parts: [{ type: 'tool-call', id: 'call_1', name: tool.name, json }] };
}

function operationAnswer({ operation, values, questions }: NonNullable<Exchange['operation']>): Step {
  switch (operation) {
    case 'embedding':
      return { vectors: values.map((value) => [1, value.length]) };
    case 'rerank':
      return { ranking: values.map((_, index) => ({ index, score: 1 - index / 10 })) };
    case 'moderation':
      return {
        verdicts: values.map(() => ({
          flagged: false,
          categories: { violence: false },
          scores: { violence: 0 },
        })),
      };
    case 'transcription':
      return { transcript: ANSWER };
    case 'speech':
      return { audio: new Uint8Array(8) };
    case 'classification':
      return { distributions: Object.fromEntries(questions.map(({ name }) => [name, [0.9, 0.1]])) };
  }
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Tool {
  readonly name?: string;
  readonly function?: Tool;
  readonly parameters?: Schema;
  readonly input_schema?: Schema;
}

/** Returns the functions of a request to any vendor, without the vendor's own tools. */
function toolsOf({ tools }: JsonObject): readonly { readonly name: string; readonly schema: Schema }[] {
  return ((tools ?? []) as readonly Tool[]).flatMap((tool) => {
    const { name, parameters, input_schema: schema = parameters } = tool.function ?? tool;
    return name === undefined || schema === undefined ? [] : [{ name, schema }];
  });
}

/** Returns a value that matches a JSON Schema of the documents. */
function sampleOf({ type, enum: options, anyOf, properties = {}, items }: Schema): unknown {
  if (options !== undefined) return options[0];
  if (anyOf?.[0] !== undefined) return sampleOf(anyOf[0]);
  switch (Array.isArray(type) ? type[0] : type) {
    case 'object':
      return Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, sampleOf(one)]));
    case 'array':
      return items === undefined ? [] : [sampleOf(items)];
    // 49 and '7' are the price and the number of the order in apps/docs/agents.md.
    case 'number':
    case 'integer':
      return 49;
    case 'boolean':
      return true;
    default:
      return '7';
  }
}
