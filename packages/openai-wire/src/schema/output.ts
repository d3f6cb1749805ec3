import type { JsonObject, ModelOutput, Warning } from '@majordomo/core';
import { strictOutput } from './strict-tools.ts';

/** What holds an answer to a schema. */
export interface WireOutput {
  readonly format: unknown;
  /** For the system text, where the server takes no schema. */
  readonly instruction: string | undefined;
  /** The caller's schema, where absence comes as null in the one that was sent. */
  readonly absence?: JsonObject | undefined;
}

/** What a schema of an answer is on the wire, under the wire's own member. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: JsonObject;
  readonly strict: boolean;
}

/** How the answer is held to a schema: natively, or as JSON with the schema told. */
export function outputToWire(
  output: ModelOutput | undefined,
  quirks: { readonly output: 'json_schema' | 'json_object' | 'instruct'; readonly strictTools: boolean },
  formatOf: (schema: NamedSchema) => object,
  warnings: Warning[],
): WireOutput {
  if (output === undefined) return { format: undefined, instruction: undefined };
  const { name, schema } = output;
  // The vendor refuses JSON mode where no message speaks of JSON.
  if (schema === undefined && quirks.output !== 'instruct')
    return { format: JSON_MODE, instruction: instructionFor(schema) };
  switch (quirks.output) {
    case 'json_schema': {
      const { absence, ...held } = strictOutput(schema ?? {}, quirks.strictTools, warnings);
      return { format: formatOf({ name, ...held }), instruction: undefined, absence };
    }
    case 'json_object':
      warnings.push(emulated('the server takes no schema, only "some JSON object"'));
      return { format: JSON_MODE, instruction: instructionFor(schema) };
    case 'instruct':
      warnings.push(emulated('the server has no JSON mode'));
      return { format: undefined, instruction: instructionFor(schema) };
    default:
      return quirks.output satisfies never;
  }
}

/** Asks for some JSON object. */
export const JSON_MODE: object = { type: 'json_object' };

/** The schema is told instead of enforced. */
const emulated = (why: string): Warning => ({ action: 'emulated', what: 'output', why });

/** What tells a model the schema of its answer, or that JSON is asked for. */
export const instructionFor = (schema: JsonObject | undefined): string =>
  schema === undefined
    ? 'Answer with one JSON value, and with nothing else.'
    : `Answer with one JSON value that follows this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
