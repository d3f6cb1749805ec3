import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';

/** Keywords of `Schema` of the Gemini API and of Vertex AI that contain schemas. */
const NESTED: readonly string[] = ['items', 'additionalProperties'];
const LISTS: readonly string[] = ['anyOf', 'prefixItems'];
/** Keywords with a number, which the SDK sends as a string. */
const COUNTS: readonly string[] = [
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
];

/** Converts a schema in the form of OpenAPI, as in the members `parameters` and `responseSchema`, to a JSON Schema. */
export function fromOpenApi(schema: JsonObject): JsonObject {
  const { type, nullable, properties, propertyOrdering, defs, ref, ...rest } = schema;
  const keywords = Object.entries(rest).map(([name, value]) => [name, keyword(name, value)] as const);
  const converted: JsonObject = {
    ...typeOf(type),
    ...Object.fromEntries(keywords),
    ...(isRecord(properties) && { properties: schemasOf(inOrder(properties, propertyOrdering)) }),
    ...(isRecord(defs) && { $defs: schemasOf(defs) }),
    ...(typeof ref === 'string' && { $ref: ref.replace(/^#\/defs\//, '#/$defs/') }),
  };
  return nullable === true ? withNull(converted) : converted;
}

/** Returns the properties in this order. In a JSON Schema, the order of the properties is the order for the model. */
function inOrder(properties: JsonObject, order: JsonValue | undefined): JsonObject {
  const rankOf = (name: string): number =>
    isList(order) && order.includes(name) ? order.indexOf(name) : Infinity;
  return Object.fromEntries(
    // Names without a rank are equal, because the difference of Infinity and Infinity is NaN.
    Object.entries(properties).toSorted(([a], [b]) => (rankOf(a) === rankOf(b) ? 0 : rankOf(a) - rankOf(b))),
  );
}

const typeOf = (type: JsonValue | undefined): JsonObject =>
  typeof type === 'string' && type !== 'TYPE_UNSPECIFIED' ? { type: type.toLowerCase() } : {};

/** Returns a schema that also accepts null. In a JSON Schema, each keyword must accept null. */
function withNull(schema: JsonObject): JsonObject {
  if (typeof schema['$ref'] === 'string') return { anyOf: [schema, { type: 'null' }] };
  const { type, enum: values, anyOf } = schema;
  return {
    ...schema,
    ...(typeof type === 'string' && { type: [type, 'null'] }),
    ...(isList(values) && { enum: [...values, null] }),
    ...(isList(anyOf) && { anyOf: [...anyOf, { type: 'null' }] }),
  };
}

function keyword(name: string, value: JsonValue | undefined): JsonValue | undefined {
  if (NESTED.includes(name) && isRecord(value)) return fromOpenApi(value);
  if (LISTS.includes(name) && Array.isArray(value))
    return value.map((item: JsonValue) => (isRecord(item) ? fromOpenApi(item) : item));
  return COUNTS.includes(name) && typeof value === 'string' ? Number(value) : value;
}

const schemasOf = (schemas: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(schemas).map(([key, schema]) => [key, isRecord(schema) ? fromOpenApi(schema) : schema]),
  );
