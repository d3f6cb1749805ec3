import type { JsonSchema, ObjectSchema } from '../contract/schema.ts';
import { checkValue } from './check-value.ts';
import { toJsonSchema } from './to-json-schema.ts';

/**
 * A JSON Schema with the type that it stands for, wherever a schema is taken: the value of `generateObject`, the arguments
 * of a tool. Checked like any other JSON Schema; that it describes `T` is your word. Throws `invalid-request` for what is
 * not a JSON Schema.
 *
 * @example
 * const output = jsonSchema<{ title: string }>({ type: 'object', properties: { title: { type: 'string' } }, required: ['title'] });
 */
export function jsonSchema<T>(schema: JsonSchema): ObjectSchema<T> {
  const json = toJsonSchema(schema, 'the JSON Schema');
  const give = (): Record<string, unknown> => json;
  return {
    '~standard': {
      version: 1,
      vendor: 'majordomo',
      validate: (value) => checkValue<T>(json, value),
      jsonSchema: { input: give, output: give },
    },
  };
}
