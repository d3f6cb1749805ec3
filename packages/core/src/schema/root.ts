import type { JsonObject, JsonValue } from '../contract/json.ts';

/** A schema as wires take it, and how to read what comes back. */
export interface OutputRoot {
  readonly schema: JsonObject;
  /** The value itself; `undefined` while a wrapper has none. A model that left the wrapper out is understood. */
  unwrap(value: unknown): unknown;
}

/** Providers and their caches know schemas by identity: the same schema gives the same root. */
const known = new WeakMap<JsonObject, OutputRoot>();
const DEFINITIONS: readonly string[] = ['$defs', 'definitions'];
/** Their members are data, not schemas. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

/** Native schemas and tools need an object at the root: whatever is none becomes the `value` of one. */
export function objectRoot(schema: JsonObject): OutputRoot {
  let root = known.get(schema);
  if (root === undefined) {
    root = isObject(schema) ? { schema, unwrap: (value) => value } : { schema: wrapped(schema), unwrap };
    known.set(schema, root);
  }
  return root;
}

const isObject = ({ type, anyOf, oneOf }: JsonObject): boolean =>
  type === 'object' && anyOf === undefined && oneOf === undefined;

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const [first, ...others] = Object.keys(value);
  if (first === undefined) return undefined;
  return first === 'value' && others.length === 0 ? (value as { readonly value: unknown }).value : value;
}

/** Definitions move up to the new root, where wires look for them; other references are led into the wrapper. */
function wrapped(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema);
  const pick = (moves: boolean): JsonObject =>
    Object.fromEntries(entries.filter(([key]) => DEFINITIONS.includes(key) === moves));
  const value = relinked(pick(false));
  return {
    type: 'object',
    properties: { value },
    required: ['value'],
    additionalProperties: false,
    ...relinkedAll(pick(true)),
  };
}

const relinkedAll = (definitions: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(definitions).map(([name, member = {}]) => [name, relinked(member)]));

function relinked(node: JsonValue): JsonValue {
  if (isList(node)) return node.map(relinked);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, member]): [string, JsonValue | undefined] => {
    if (member === undefined || DATA.has(key)) return [key, member];
    return [key, key === '$ref' && typeof member === 'string' ? relink(member) : relinked(member)];
  });
  return Object.fromEntries(entries);
}

const relink = (reference: string): string =>
  reference.startsWith('#') && !DEFINITIONS.some((name) => reference.startsWith(`#/${name}/`))
    ? `#/properties/value${reference.slice(1)}`
    : reference;

/** `Array.isArray` does not narrow a readonly array. */
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
