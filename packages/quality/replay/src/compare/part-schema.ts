import { asRecord, isList, isRecord, resolveReference } from '@majordomo/core/toolkit';

export type Schema = Readonly<Record<string, unknown>>;

/** Maximum number of references and alternatives that lead to a schema. */
const MAX_STEPS = 20;

/**
 * Returns the schema that describes a value of two answers that are compared. Follows references, and of `anyOf`, `oneOf` and `allOf`
 * uses the first schema whose type and constants fit both values.
 */
export function schemaOfBoth(schema: unknown, root: unknown, a: unknown, b: unknown): Schema {
  let own = asRecord(schema);
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = nextOf(own, root, a, b);
    if (next === undefined) return own;
    own = next;
  }
  return own;
}

/** Returns the schema to which a reference or an alternative leads; `undefined` for a schema without them. */
function nextOf(own: Schema, root: unknown, a: unknown, b: unknown): Schema | undefined {
  // Members next to a reference or to alternatives, such as `default`, apply as well.
  if (typeof own['$ref'] === 'string' && isRecord(root)) {
    const target = asRecord(resolveReference(root, own));
    return { ...target, ...own, $ref: target['$ref'] };
  }
  const parts = ['anyOf', 'oneOf', 'allOf'].flatMap((name) => (isList(own[name]) ? own[name] : []));
  const found = parts.find((part) => [a, b].every((value) => mayFit(value, referred(part, root))));
  return found === undefined
    ? undefined
    : { ...own, anyOf: undefined, oneOf: undefined, allOf: undefined, ...asRecord(found) };
}

const referred = (part: unknown, root: unknown): Schema => {
  const own = asRecord(part);
  return '$ref' in own && isRecord(root) ? asRecord(resolveReference(root, own)) : own;
};

/** Whether the type of a value, and the constants of its members, fit a schema. */
function mayFit(value: unknown, schema: Schema): boolean {
  const types = [schema['type'] ?? []].flat();
  if (types.length > 0 && !types.some((type) => type === typeOf(value) || isInteger(type, value)))
    return false;
  if ('const' in schema && schema['const'] !== value) return false;
  if (!isRecord(value)) return true;
  return Object.entries(asRecord(schema['properties'])).every(([name, member]) => {
    const { const: constant } = asRecord(member);
    return constant === undefined || !Object.hasOwn(value, name) || value[name] === constant;
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  return typeof value;
}

const isInteger = (type: unknown, value: unknown): boolean => type === 'integer' && Number.isInteger(value);

/** Returns the schema of a member. */
export function memberSchema(schema: Schema, name: string): unknown {
  const properties = asRecord(schema['properties']);
  return Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
}

/** Returns the schema of an item of an array. */
export function itemSchema(schema: Schema, index: number): unknown {
  const { prefixItems, items } = schema;
  return isList(prefixItems) && index < prefixItems.length ? prefixItems[index] : items;
}
