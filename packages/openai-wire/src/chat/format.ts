import type { NamedSchema } from '../schema/output.ts';

/** The `response_format` that asks for JSON of a schema. */
export const schemaFormat = (schema: NamedSchema): object => ({ type: 'json_schema', json_schema: schema });
