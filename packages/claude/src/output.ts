import type { JsonObject, ModelOutput, Warning } from '@majordomo/core';
import { withOutputInstruction } from '@majordomo/core/toolkit';
import { outputSchema } from './output-schema.ts';

/** How an answer is held to a schema. */
export interface Output {
  /** For the wire's own field; `undefined` where there is none, or the model is told instead. */
  readonly schema: JsonObject | undefined;
  /** The system text, with the schema where the model is told. */
  readonly system: string | undefined;
}

/** A schema that a grammar can be made of goes to the wire; any other is put into words. A warning says which. */
export function toOutput(
  output: ModelOutput | undefined,
  system: string | undefined,
  warnings: Warning[],
): Output {
  if (output === undefined) return { schema: undefined, system };
  if (output.schema === undefined) {
    warnings.push({
      action: 'emulated',
      what: 'output',
      why: 'this wire has no JSON mode: the model was told instead',
    });
    return { schema: undefined, system: withOutputInstruction(system, undefined) };
  }
  const { schema, dropped, refusal } = outputSchema(output.schema);
  if (refusal !== undefined) {
    const why = `this wire cannot hold an answer to ${refusal}: the model was told the schema instead`;
    warnings.push({ action: 'emulated', what: 'output', why });
    return { schema: undefined, system: withOutputInstruction(system, output.schema) };
  }
  if (dropped.length > 0) {
    const what = `output schema: ${dropped.join(', ')}`;
    warnings.push({ action: 'coerced', what, why: 'the wire cannot enforce it' });
  }
  return { schema, system };
}
