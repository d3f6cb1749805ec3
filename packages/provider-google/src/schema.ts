import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList, isRecord } from '@majordomo/core/toolkit';

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

/** Where in a schema we are. */
interface Position {
  readonly root: JsonObject;
  readonly depth: number;
}

const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  isList(value) ? value.filter((item): item is JsonObject => isRecord(item)) : [];

function node(schema: JsonObject, position: Position): JsonObject {
  if (typeof schema['$ref'] === 'string') return reference(schema, schema['$ref'], position);
  const branches = objects(schema['anyOf'] ?? schema['oneOf']);
  const real = branches.filter(({ type }) => type !== 'null');
  const only = real[0];
  if (only !== undefined && real.length === 1) return collapsed(schema, only, branches.length > 1, position);
  const merged = objects(schema['allOf']).reduce<JsonObject>((all, part) => ({ ...all, ...part }), schema);
  const kept = Object.fromEntries(Object.entries(merged).filter(([key]) => KEPT.has(key)));
  if (real.length > 1) {
    // The wire takes a type or branches, never both.
    return {
      ...kept,
      ...nullable(real.length < branches.length),
      anyOf: real.map((branch) => node(branch, position)),
    };
  }
  return { ...kept, ...typeOf(merged), ...enumOf(merged), ...children(merged, position) };
}

function reference(schema: JsonObject, ref: string, { root, depth }: Position): JsonObject {
  const found = ref
    .split('/')
    .slice(1)
    .reduce<JsonValue | undefined>((at, key) => (isRecord(at) ? at[unescaped(key)] : undefined), root);
  const { $ref: _ref, ...rest } = schema;
  if (!isRecord(found) || depth >= DEEPEST_REF) return node({ type: 'object', ...rest }, { root, depth });
  return node({ ...found, ...rest }, { root, depth: depth + 1 });
}

const unescaped = (key: string): string =>
  decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~');

/** One real branch next to `null`, or alone: it takes the node's place and its words. */
function collapsed(
  schema: JsonObject,
  branch: JsonObject,
  isNullable: boolean,
  position: Position,
): JsonObject {
  const { anyOf: _any, oneOf: _one, type: _type, ...words } = schema;
  return { ...node({ ...branch, ...words }, position), ...nullable(isNullable) };
}

const nullable = (is: boolean): JsonObject => (is ? { nullable: true } : {});

function typeOf({ type, properties }: JsonObject): JsonObject {
  if (typeof type === 'string') return { type: type.toUpperCase() };
  if (!isList(type)) return properties === undefined ? {} : { type: 'OBJECT' };
  const names = type.filter((name) => typeof name === 'string');
  const real = names.filter((name) => name !== 'null').map((name) => name.toUpperCase());
  const types = real.length === 1 ? { type: real[0] } : { anyOf: real.map((name) => ({ type: name })) };
  return { ...types, ...nullable(real.length < names.length) };
}

/** Only strings may be enumerated. */
function enumOf({ enum: values, const: value }: JsonObject): JsonObject {
  const all = isList(values) ? values : value === undefined ? [] : [value];
  // The wire's own form has no empty value.
  const texts = all.filter((item) => item !== null && item !== '');
  const isNullable = all.includes(null) ? nullable(true) : {};
  return texts.length > 0 && texts.every((item) => typeof item === 'string')
    ? { enum: texts, ...isNullable }
    : isNullable;
}

function children({ properties, items }: JsonObject, position: Position): JsonObject {
  return {
    ...(isRecord(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [
          name,
          isRecord(child) ? node(child, position) : {},
        ]),
      ),
    }),
    ...(isRecord(items) && { items: node(items, position) }),
  };
}
