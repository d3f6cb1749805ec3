import type { JsonObject, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/** Keywords of `Schema` of @google/genai 3.1 that contain schemas. */
const NESTED: readonly string[] = ['items', 'additionalProperties'];
const LISTS: readonly string[] = ['anyOf', 'prefixItems'];
const MAPS: readonly string[] = ['properties', 'defs'];
/** Keywords with a number, which the SDK sends as a string. */
const COUNTS: readonly string[] = [
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
];

/** Converts a schema in the form of OpenAPI, as the members `parameters` and `responseSchema` have it, to a JSON Schema. */
export function fromOpenApi(schema: JsonObject): JsonObject {
  const { type, nullable, propertyOrdering: _order, ...rest } = schema;
  const converted = Object.entries(rest).map(([name, value]) => [name, keyword(name, value)] as const);
  return { ...typeOf(type, nullable === true), ...Object.fromEntries(converted) };
}

function typeOf(type: JsonValue | undefined, isNullable: boolean): JsonObject {
  if (typeof type !== 'string' || type === 'TYPE_UNSPECIFIED') return {};
  const name = type.toLowerCase();
  return { type: isNullable ? [name, 'null'] : name };
}

function keyword(name: string, value: JsonValue | undefined): JsonValue | undefined {
  if (NESTED.includes(name) && isRecord(value)) return fromOpenApi(value);
  if (LISTS.includes(name) && Array.isArray(value))
    return value.map((item: JsonValue) => (isRecord(item) ? fromOpenApi(item) : item));
  if (MAPS.includes(name) && isRecord(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, isRecord(item) ? fromOpenApi(item) : item]),
    );
  return COUNTS.includes(name) && typeof value === 'string' ? Number(value) : value;
}
