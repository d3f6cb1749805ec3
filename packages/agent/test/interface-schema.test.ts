import type { JsonSchema, StandardSchema } from '@majordomo/core';
import { expectTypeOf, expect, it } from 'vitest';
import { defineTool, type Tool } from '../src/index.ts';

/** As bridges to other protocols type their schemas: no index signature, so no `JsonObject`. */
interface Schema {
  readonly type: 'object';
  readonly properties?: { readonly [name: string]: object };
}
const parameters: Schema = { type: 'object', properties: { city: { type: 'string' } } };

it('a tool takes a schema that is typed by an interface', () => {
  const tool = defineTool({ name: 't', description: 't', parameters, run: ({ city }) => String(city) });
  expectTypeOf(tool).toEqualTypeOf<Tool>();
  expect(tool.parameters).toBe(parameters);
});

it('a tool takes no validator that cannot say JSON Schema', () => {
  expectTypeOf<StandardSchema>().not.toExtend<JsonSchema>();
});
