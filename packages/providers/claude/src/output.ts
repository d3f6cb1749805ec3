import type { JsonObject, ModelOutput, Warning } from '@majordomo/core';
import { withOutputInstruction } from '@majordomo/core/toolkit';
import { toOutputSchema } from './output-schema.ts';

/** Output settings of a request. */
export interface Output {
  /** Schema for the API to enforce; `undefined` if no schema exists, or if the system text contains the schema instead. */
  readonly schema: JsonObject | undefined;
  /** System text, including the schema if the API cannot enforce it. */
  readonly system: string | undefined;
}

/** Returns the output settings. A schema that the API does not support is added to the system text, with a warning. */
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
      why: 'this API has no JSON mode; the system text requests JSON instead',
    });
    return { schema: undefined, system: withOutputInstruction(system, undefined) };
  }
  const { schema, dropped, unsupported } = toOutputSchema(output.schema);
  if (unsupported !== undefined) {
    const why = `this API cannot enforce ${unsupported}; the system text contains the schema instead`;
    warnings.push({ action: 'emulated', what: 'output', why });
    return { schema: undefined, system: withOutputInstruction(system, output.schema) };
  }
  if (dropped.length > 0) {
    const what = `output schema: ${dropped.join(', ')}`;
    warnings.push({ action: 'coerced', what, why: 'the API cannot enforce these keywords' });
  }
  return { schema, system };
}
