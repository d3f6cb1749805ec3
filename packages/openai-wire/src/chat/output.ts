import type { JsonObject, ModelOutput, Warning } from '@majordomo/core';
import type { ChatQuirks } from './quirks.ts';
import { fitsStrict } from './strict.ts';

export interface WireOutput {
  readonly format: unknown;
  /** For the system text, where the server takes no schema. */
  readonly instruction: string | undefined;
}

/** How the answer is held to a schema: natively, or as JSON with the schema told. */
export function outputToWire(
  output: ModelOutput | undefined,
  quirks: ChatQuirks,
  warnings: Warning[],
): WireOutput {
  if (output === undefined) return { format: undefined, instruction: undefined };
  const { name, schema } = output;
  switch (quirks.output) {
    case 'json_schema':
      return { format: schemaFormat(name, schema), instruction: undefined };
    case 'json_object':
      warnings.push(emulated('the server takes no schema, only "some JSON object"'));
      return { format: { type: 'json_object' }, instruction: instructionFor(schema) };
    case 'instruct':
      warnings.push(emulated('the server has no JSON mode'));
      return { format: undefined, instruction: instructionFor(schema) };
    default:
      return quirks.output satisfies never;
  }
}

const schemaFormat = (name: string, schema: JsonObject): object => ({
  type: 'json_schema',
  json_schema: { name, schema, strict: fitsStrict(schema) },
});

export const emulated = (why: string): Warning => ({ action: 'emulated', what: 'output', why });

export const instructionFor = (schema: JsonObject): string =>
  `Answer with one JSON value that follows this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
