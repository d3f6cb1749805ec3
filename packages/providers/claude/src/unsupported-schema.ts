import type { JsonObject } from '@majordomo/core';
import { asList, asRecord, isRecord, resolveReference } from '@majordomo/core/toolkit';

/**
 * Returns a feature of a schema that constrained decoding does not support: a reference that is not a JSON pointer, a recursive
 * schema, or an object with arbitrary names, because closing the object would forbid the names (platform.claude.com, structured outputs,
 * and AWS, structured-output, both 2026-11). Returns `undefined` if the schema is supported.
 */
export function unsupportedFeature(root: JsonObject): string | undefined {
  const schemas = allSchemas(root);
  if (schemas.some(isOpenRecord)) return 'an object with arbitrary names';
  if (schemas.some(refersByName)) return 'a reference to an anchor or another document';
  return isRecursive(root) ? 'a recursive schema' : undefined;
}

const isOpenRecord = (schema: JsonObject): boolean =>
  allowsObjects(schema) && schema['properties'] === undefined && schema['additionalProperties'] !== false;

/** Whether the type of a schema is `object`, or a list that contains it. */
export const allowsObjects = ({ type }: JsonObject): boolean =>
  type === 'object' || asList(type).includes('object');

const refersByName = ({ $ref: reference }: JsonObject): boolean =>
  typeof reference === 'string' && reference !== '#' && !reference.startsWith('#/');

/** Whether a schema contains itself, directly or through references. */
export function isRecursive(root: JsonObject): boolean {
  // A schema that several paths reach is checked once, because the number of paths grows exponentially.
  const checked = new Set<JsonObject>();
  const isInCycle = (schema: JsonObject, ancestors: readonly JsonObject[]): boolean => {
    if (ancestors.includes(schema)) return true;
    if (checked.has(schema)) return false;
    const path = [...ancestors, schema];
    // The target of a schema without `$ref` is `undefined`.
    const target = resolveReference(root, schema);
    if (isSchema(target) && isInCycle(target, path)) return true;
    if (subschemasOf(schema).some((inner) => isInCycle(inner, path))) return true;
    checked.add(schema);
    return false;
  };
  return isInCycle(root, []);
}

/** Returns the schema and all schemas within it. */
export const allSchemas = (schema: JsonObject): readonly JsonObject[] => [
  schema,
  ...subschemasOf(schema).flatMap(allSchemas),
];

const subschemasOf = (schema: JsonObject): readonly JsonObject[] =>
  Object.entries(schema).flatMap(([name, value]): readonly JsonObject[] => {
    if (SCHEMA_MAPS.has(name)) return Object.values(asRecord(value)).filter(isSchema);
    if (SCHEMA_LISTS.has(name)) return asList(value).filter(isSchema);
    return name === 'items' && isSchema(value) ? [value] : [];
  });

/** Keywords whose value is an object of schemas by name. The value of a keyword in `SCHEMA_LISTS` is an array. */
export const SCHEMA_MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);
export const SCHEMA_LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

export const isSchema = (value: unknown): value is JsonObject => isRecord(value);
