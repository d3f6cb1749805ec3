import type { JsonSchema, StandardSchema } from '@majordomo/core';
import { expectTypeOf, expect, it } from 'vitest';
import { defineTool, type Tool } from '../src/index.ts';

/** Schema type of a bridge to another protocol. Without an index signature it is not a `JsonObject`. */
interface Schema {
  readonly type: 'object';
  readonly properties?: { readonly [name: string]: object };
}
const parameters: Schema = { type: 'object', properties: { city: { type: 'string' } } };

it('a tool accepts a schema whose type is an interface', () => {
  const tool = defineTool({ name: 't', description: 't', parameters, run: ({ city }) => String(city) });
  expectTypeOf(tool).toEqualTypeOf<Tool>();
  expect(tool.parameters).toBe(parameters);
});

it('a tool rejects a validator without a JSON Schema', () => {
  expectTypeOf<StandardSchema>().not.toExtend<JsonSchema>();
});
