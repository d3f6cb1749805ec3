import type { JsonObject, JsonValue } from '@majordomo/core';

/** Refs deeper than this are cut: a recursive schema has no finite form without them. */
const DEEPEST_REF = 4;

/** Keys of the wire's own Schema message; the rest of JSON Schema is refused there. ai.google.dev, 2026-11. */
const KEPT: ReadonlySet<string> = new Set([
  'format',
  'title',
  'description',
  'nullable',
  'minItems',
  'maxItems',
  'required',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'pattern',
  'example',
  'propertyOrdering',
  'default',
  'minimum',
  'maximum',
]);

/**
 * A JSON Schema cut to the OpenAPI subset of the wire's older fields: types in capitals, `null` as `nullable`, refs
 * written out, unknown keys gone. Never changes its input; its own output comes out the same.
 */
export function toSubset(schema: JsonObject): JsonObject {
  return node(schema, { root: schema, depth: 0 });
}

/** Is it one already? JSON Schema writes its types in small letters. */
export function isSubset({ type }: JsonObject): boolean {
  return typeof type === 'string' && type === type.toUpperCase();
}

interface Place {
  readonly root: JsonObject;
  readonly depth: number;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];

function node(schema: JsonObject, place: Place): JsonObject {
  if (typeof schema['$ref'] === 'string') return reference(schema, schema['$ref'], place);
  const branches = objects(schema['anyOf'] ?? schema['oneOf']);
  const real = branches.filter(({ type }) => type !== 'null');
  const only = real[0];
  if (only !== undefined && real.length === 1) return collapsed(schema, only, branches.length > 1, place);
  const merged = objects(schema['allOf']).reduce<JsonObject>((all, part) => ({ ...all, ...part }), schema);
  const kept = Object.fromEntries(Object.entries(merged).filter(([key]) => KEPT.has(key)));
  if (real.length > 1) {
    // The wire takes a type or branches, never both.
    return {
      ...kept,
      ...nullable(real.length < branches.length),
      anyOf: real.map((branch) => node(branch, place)),
    };
  }
  return { ...kept, ...typeOf(merged), ...enumOf(merged), ...children(merged, place) };
}

function reference(schema: JsonObject, ref: string, { root, depth }: Place): JsonObject {
  const found = ref
    .split('/')
    .slice(1)
    .reduce<JsonValue | undefined>((at, key) => (isObject(at) ? at[unescaped(key)] : undefined), root);
  const { $ref: _ref, ...rest } = schema;
  if (!isObject(found) || depth >= DEEPEST_REF) return node({ type: 'object', ...rest }, { root, depth });
  return node({ ...found, ...rest }, { root, depth: depth + 1 });
}

const unescaped = (key: string): string =>
  decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~');

/** One real branch beside `null`, or alone: it takes the node's place and its words. */
function collapsed(schema: JsonObject, branch: JsonObject, isNullable: boolean, place: Place): JsonObject {
  const { anyOf: _any, oneOf: _one, type: _type, ...words } = schema;
  return { ...node({ ...branch, ...words }, place), ...nullable(isNullable) };
}

const nullable = (is: boolean): JsonObject => (is ? { nullable: true } : {});

function typeOf({ type, properties }: JsonObject): JsonObject {
  if (typeof type === 'string') return { type: type.toUpperCase() };
  if (!Array.isArray(type)) return properties === undefined ? {} : { type: 'OBJECT' };
  const names = (type as readonly JsonValue[]).filter((name) => typeof name === 'string');
  const real = names.filter((name) => name !== 'null').map((name) => name.toUpperCase());
  const types = real.length === 1 ? { type: real[0] } : { anyOf: real.map((name) => ({ type: name })) };
  return { ...types, ...nullable(real.length < names.length) };
}

/** Only strings may be enumerated. */
function enumOf({ enum: values, const: value }: JsonObject): JsonObject {
  const all = Array.isArray(values) ? (values as readonly JsonValue[]) : value === undefined ? [] : [value];
  const texts = all.filter((item) => item !== null);
  const isNullable = texts.length < all.length ? nullable(true) : {};
  return texts.length > 0 && texts.every((item) => typeof item === 'string')
    ? { enum: texts, ...isNullable }
    : isNullable;
}

function children({ properties, items }: JsonObject, place: Place): JsonObject {
  return {
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [name, isObject(child) ? node(child, place) : {}]),
      ),
    }),
    ...(isObject(items) && { items: node(items, place) }),
  };
}
