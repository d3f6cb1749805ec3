import type { JsonObject, ModelOutput, Warning } from '@majordomo/core';
import type { WireQuirks } from '../quirks.ts';
import { strictOutput } from './strict-tools.ts';

/** Parts of a request that require or describe the format of the response. */
export interface WireOutput {
  readonly format: unknown;
  /** Addition to the system text, for servers that do not accept a schema. */
  readonly instruction: string | undefined;
  /** Caller's schema, if null in the response means an absent property. */
  readonly original?: JsonObject | undefined;
}

/** Named schema of a response. Chat Completions nests these properties in `json_schema`. Responses adds them to `format`. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: JsonObject;
  readonly strict: boolean;
}

/** Returns the parts of a request that make the response follow the caller's schema. */
export function outputToWire(
  output: ModelOutput | undefined,
  quirks: Pick<WireQuirks, 'output' | 'strictTools'>,
  formatOf: (schema: NamedSchema) => object,
  warnings: Warning[],
): WireOutput {
  if (output === undefined) return { format: undefined, instruction: undefined };
  const { name, schema } = output;
  // OpenAI rejects JSON mode unless a message contains the term "JSON".
  if (schema === undefined && quirks.output !== 'instruct')
    return { format: JSON_MODE, instruction: instructionFor(schema) };
  switch (quirks.output) {
    case 'json_schema': {
      const { original, ...strict } = strictOutput(schema ?? {}, quirks.strictTools, warnings);
      return { format: formatOf({ name, ...strict }), instruction: undefined, original };
    }
    case 'json_object':
      warnings.push(emulated('the server accepts no schema, only JSON mode'));
      return { format: JSON_MODE, instruction: instructionFor(schema) };
    case 'instruct':
      warnings.push(emulated('the server has no JSON mode'));
      return { format: undefined, instruction: instructionFor(schema) };
    default:
      return quirks.output satisfies never;
  }
}

/** Format that requests a JSON object without a schema. */
export const JSON_MODE: object = { type: 'json_object' };

const emulated = (why: string): Warning => ({ action: 'emulated', what: 'output', why });

/** Returns the instruction to answer with JSON that follows the schema, or with any JSON if no schema exists. */
export const instructionFor = (schema: JsonObject | undefined): string =>
  schema === undefined
    ? 'Answer with one JSON value, and with nothing else.'
    : `Answer with one JSON value that follows this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
