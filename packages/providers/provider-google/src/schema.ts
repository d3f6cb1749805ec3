import type { JsonObject, JsonValue } from '@majordomo/core';
import { asList, asRecord, isList, isRecord, resolveReference } from '@majordomo/core/toolkit';

/** Maximum number of nested references. A deeper one becomes an object of any properties, so that a recursive schema ends. */
const MAX_REFS = 4;
/** Maximum number of nodes with which references are nested so often. A larger schema has fewer nested references. */
const MAX_NODES = 5000;

/** Keywords of the API's Schema message. The API rejects all other keywords of JSON Schema (ai.google.dev, 2026-11). */
const SUPPORTED_KEYS: ReadonlySet<string> = new Set([
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
 * Converts a JSON Schema to the OpenAPI subset of the API's older fields: types in upper case, `null` as `nullable`, references
 * resolved, unknown keywords removed. Converting the result again has no effect.
 */
export function toSubset(schema: JsonObject): JsonObject {
  let subset: JsonObject = {};
  for (let refs = MAX_REFS; refs >= 0; refs--) {
    const nodes = { left: MAX_NODES };
    subset = convertNode(schema, { root: schema, refs, nodes });
    if (nodes.left >= 0) break;
  }
  return subset;
}

/** Whether the schema is already in the OpenAPI subset, in which types are in upper case. A root with alternatives has no type. */
export function isSubset({ type, anyOf }: JsonObject): boolean {
  if (typeof type !== 'string') return objects(anyOf).some(isSubset);
  return type === type.toUpperCase();
}

interface Position {
  readonly root: JsonObject;
  /** Number of further references that may be nested. */
  readonly refs: number;
  /** Number of further nodes in which references are replaced. */
  readonly nodes: { left: number };
}

const mayReplace = ({ refs, nodes }: Position): boolean => refs > 0 && nodes.left >= 0;

const behindReference = (position: Position): Position => ({ ...position, refs: position.refs - 1 });

const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  isList(value) ? value.filter((item): item is JsonObject => isRecord(item)) : [];

function convertNode(schema: JsonObject, position: Position): JsonObject {
  position.nodes.left--;
  if (typeof schema['$ref'] === 'string') return inlineReference(schema, position);
  const branches = objects(schema['anyOf'] ?? schema['oneOf']);
  const real = branches.filter(({ type }) => type !== 'null');
  const only = real[0];
  if (only !== undefined && real.length === 1)
    return collapseBranch(schema, only, branches.length > 1, position);
  const { merged, inside } = withAllParts(schema, position);
  const supported = Object.fromEntries(Object.entries(merged).filter(([key]) => SUPPORTED_KEYS.has(key)));
  if (real.length > 1) {
    // The API accepts a type or alternatives, but not both.
    return {
      ...supported,
      ...nullable(real.length < branches.length),
      anyOf: real.map((branch) => convertNode(branch, position)),
    };
  }
  return { ...supported, ...typeOf(merged), ...enumOf(merged), ...children(merged, inside) };
}

/** Returns the schema with the parts of its `allOf`, and the position of its children, which is deeper if a part is a reference. */
function withAllParts(
  schema: JsonObject,
  position: Position,
): { readonly merged: JsonObject; readonly inside: Position } {
  const parts = objects(schema['allOf']);
  const hasReference = parts.some(({ $ref }) => typeof $ref === 'string');
  if (hasReference && !mayReplace(position)) return { merged: schema, inside: position };
  const resolved = parts.map((part) => {
    const found = typeof part['$ref'] === 'string' ? resolveReference(position.root, part) : part;
    return isRecord(found) ? (found as JsonObject) : {};
  });
  const inside = hasReference ? behindReference(position) : position;
  return { merged: resolved.reduce(mergePart, schema), inside };
}

/** Merges two schemas that both apply. Of keywords other than `properties` and `required`, the last one applies. */
function mergePart(all: JsonObject, part: JsonObject): JsonObject {
  const properties = { ...asRecord(all['properties']), ...asRecord(part['properties']) } as JsonObject;
  const required = [...new Set([...asList(all['required']), ...asList(part['required'])])] as JsonValue[];
  return {
    ...all,
    ...part,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

/** Replaces a reference with its target. A reference without a target becomes an object of any properties. */
function inlineReference(schema: JsonObject, position: Position): JsonObject {
  const found = resolveReference(position.root, schema);
  const { $ref: _ref, ...rest } = schema;
  if (!isRecord(found) || !mayReplace(position)) return convertNode({ type: 'object', ...rest }, position);
  return convertNode({ ...(found as JsonObject), ...rest }, behindReference(position));
}

/** Merges the alternative into its schema if only one alternative other than `null` exists. */
function collapseBranch(
  schema: JsonObject,
  branch: JsonObject,
  isNullable: boolean,
  position: Position,
): JsonObject {
  const { anyOf: _any, oneOf: _one, type: _type, ...siblings } = schema;
  return { ...convertNode({ ...branch, ...siblings }, position), ...nullable(isNullable) };
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

/** Returns the strings of an enumeration. The API accepts no other values in enumerations. */
function enumOf({ enum: values, const: value }: JsonObject): JsonObject {
  const all = isList(values) ? values : value === undefined ? [] : [value];
  // The API rejects an empty string.
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
          isRecord(child) ? convertNode(child, position) : {},
        ]),
      ),
    }),
    ...(isRecord(items) && { items: convertNode(items, position) }),
  };
}
