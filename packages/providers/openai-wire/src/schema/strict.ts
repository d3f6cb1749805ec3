import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import {
  UNSUPPORTED_PATTERN,
  FORMATS,
  HINT_KEYWORDS,
  SUPPORTED_KEYWORDS,
  UNSUPPORTED_KEYWORDS,
} from './strict-keywords.ts';
import { acceptsNull, hasOptionalNonNull, isSchema, leavesOf, optionalIn } from './absence.ts';

/** Schema in OpenAI's strict subset. */
export interface StrictSchema {
  readonly schema: JsonObject;
  /** Whether the original schema was already in the subset. */
  readonly isUnchanged: boolean;
  /** Whether optional properties were made nullable. Null then means an absent property. */
  readonly hasNulls: boolean;
}

/** Reason why the strict subset cannot express a schema, for a warning. */
export interface Inexpressible {
  readonly why: string;
}

/** Reason for a root that lists no properties. */
export const NO_PROPERTIES: Inexpressible = { why: 'strict mode cannot express a root without properties' };

/** Limits of the strict subset: levels of objects and arrays, and properties and `enum` values in the complete schema. */
const MAX_DEPTH = 10;
const MAX_PROPERTIES = 5000;
const MAX_ENUM_VALUES = 1000;
/** Maximum number of levels of alternatives that are directly inside alternatives. */
const MAX_NESTED_ALTERNATIVES = 8;
const NULL: JsonObject = { type: 'null' };

const known = new WeakMap<JsonObject, StrictSchema | Inexpressible>();

/**
 * Rewrites a schema into OpenAI's strict subset: no additional properties, every property required, optional properties
 * nullable, and hints such as `default` and `minLength` moved to the description. Rewriting the result again changes nothing.
 * Returns the reason if the subset cannot express the schema.
 */
export function toStrict(schema: JsonObject): StrictSchema | Inexpressible {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const state: RewriteState = { root: schema, properties: 0, enumValues: 0, hasNulls: false, why: undefined };
  if (schema['type'] !== 'object' || !isSchema(schema['properties'])) state.why = NO_PROPERTIES.why;
  const strict = rewrite(schema, state, { level: 0, nested: 0 });
  const { why, hasNulls } = state;
  const isUnchanged = why === undefined && canonical(strict) === canonical(schema);
  const found =
    why === undefined ? { schema: isUnchanged ? schema : strict, isUnchanged, hasNulls } : { why };
  known.set(schema, found);
  return found;
}

/** Returns JSON with sorted properties and sorted `required`, so that equal schemas have equal JSON. */
const canonical = (schema: JsonObject): string =>
  JSON.stringify(schema, (key, value: JsonValue) => {
    if (key === 'required' && isList(value)) return value.map((name) => JSON.stringify(name)).sort();
    return isSchema(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });

interface RewriteState {
  readonly root: JsonObject;
  properties: number;
  enumValues: number;
  hasNulls: boolean;
  /** Reason why the strict subset cannot express the schema. If several reasons exist, the first that was found. */
  why: string | undefined;
}

interface Depth {
  /** Number of objects and arrays around the schema. */
  readonly level: number;
  /** Number of alternatives around the schema within this level. */
  readonly nested: number;
}

type Node = Record<string, JsonValue>;

function markInexpressible(state: RewriteState, what: string): void {
  state.why ??= `strict mode cannot express ${what}`;
}

function rewrite(schema: JsonValue | undefined, state: RewriteState, depth: Depth): JsonObject {
  if (!isSchema(schema)) markInexpressible(state, 'a value of any kind');
  if (depth.level > MAX_DEPTH || depth.nested > MAX_NESTED_ALTERNATIVES)
    markInexpressible(state, `more than ${MAX_DEPTH} levels (${MAX_NESTED_ALTERNATIVES} of alternatives)`);
  // `toStrict` discards the result if `why` is set.
  if (!isSchema(schema) || state.why !== undefined) return {};
  const node: Node = {};
  const hints: Node = {};
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined) continue;
    if (SUPPORTED_KEYWORDS.has(key)) node[key] = value;
    else if (HINT_KEYWORDS.has(key)) hints[key] = value;
    else if (UNSUPPORTED_KEYWORDS.has(key)) markInexpressible(state, key);
  }
  putText(schema, node, hints);
  putDefinitions(schema, node, state);
  if (schema['$ref'] !== undefined) return describe(reference(schema, node, state), hints);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (branches !== undefined) putAlternatives(schema, branches, node, state, depth);
  else putValue(schema, node, state, depth);
  return describe(node, hints);
}

function putText({ format, pattern }: JsonObject, node: Node, hints: Node): void {
  if (format !== undefined) (FORMATS.has(format) ? node : hints)['format'] = format;
  if (pattern === undefined) return;
  (typeof pattern === 'string' && !UNSUPPORTED_PATTERN.test(pattern) ? node : hints)['pattern'] = pattern;
}

function putDefinitions(schema: JsonObject, node: Node, state: RewriteState): void {
  for (const key of ['$defs', 'definitions']) {
    const definitions = schema[key];
    if (definitions === undefined) continue;
    if (!isSchema(definitions) || schema !== state.root) markInexpressible(state, `${key} inside a schema`);
    // A definition is not the root, so its level is not 0. The levels around its references are not counted.
    else node[key] = mapped(definitions, (each) => rewrite(each, state, { level: 1, nested: 0 }));
  }
}

/** Rewrites a reference. The subset allows no other keyword next to `$ref`, so the description moves to an outer schema. */
function reference(schema: JsonObject, node: Node, state: RewriteState): Node {
  const { $ref: ref } = schema;
  if (!isToDefinition(ref) || leavesOf(schema, state.root).length === 0)
    markInexpressible(state, `the reference ${JSON.stringify(ref)}`);
  const { title, description, ...others } = node;
  const [sibling] = Object.keys({ ...others, ...pick(schema, ['properties', 'items', 'anyOf', 'oneOf']) });
  if (sibling !== undefined) markInexpressible(state, `${sibling} next to $ref`);
  if (ref === undefined) return {};
  if (title === undefined && description === undefined) return { $ref: ref };
  return { ...pick(node, ['title', 'description']), anyOf: [{ $ref: ref }] };
}

/** Whether a reference has a form that the subset supports: the root, or a definition of the root. */
const isToDefinition = (ref: JsonValue | undefined): boolean =>
  typeof ref === 'string' && /^#(?:\/(?:\$defs|definitions)\/(?:[^/%]|%[0-7][0-9a-f])+)?$/i.test(ref);

function putAlternatives(
  schema: JsonObject,
  branches: JsonValue,
  node: Node,
  state: RewriteState,
  { level, nested }: Depth,
): void {
  const {
    title: _title,
    description: _description,
    $defs: _defs,
    definitions: _definitions,
    $schema: _,
    ...others
  } = node;
  const hasBoth = schema['anyOf'] !== undefined && schema['oneOf'] !== undefined;
  const isAlone = Object.keys(others).length === 0 && !isSchema(schema['properties']) && !hasBoth;
  if (!isList(branches) || branches.length === 0 || !isAlone || schema === state.root) {
    markInexpressible(state, 'alternatives next to other keywords');
    return;
  }
  node['anyOf'] = branches.map((each) => rewrite(each, state, { level, nested: nested + 1 }));
  if (state.why !== undefined) return;
  // The alternative of a value is known only when the value is complete. Until then, the meaning of a null in it is unknown.
  for (const type of ['object', 'array']) {
    const leaves = leavesOf(schema, state.root).filter((leaf) => typesOf(leaf).includes(type));
    if (leaves.length > 1 && leaves.some((leaf) => hasOptionalNonNull(leaf, state.root)))
      markInexpressible(state, 'optional properties inside alternatives');
  }
}

function putValue(schema: JsonObject, node: Node, state: RewriteState, depth: Depth): void {
  const types = typesOf(schema);
  if (types.length === 0) markInexpressible(state, 'a value of any kind');
  if (node['type'] === undefined) node['type'] = types.length === 1 ? (types[0] ?? 'null') : types;
  const values = schema['enum'];
  if (isList(values)) state.enumValues += values.length;
  if (state.enumValues > MAX_ENUM_VALUES)
    markInexpressible(state, `more than ${MAX_ENUM_VALUES} enum values`);
  if (types.includes('object')) putObject(schema, node, state, depth);
  if (types.includes('array'))
    node['items'] = rewrite(schema['items'], state, { level: depth.level + 1, nested: 0 });
}

function putObject(schema: JsonObject, node: Node, state: RewriteState, { level }: Depth): void {
  const { additionalProperties: others, properties, required } = schema;
  // `properties: {}` means a tool without arguments at the root, and any properties inside a schema.
  const listsProperties = isSchema(properties) && (level === 0 || !isEmpty(properties));
  const isClosed = others === false || (others === undefined && listsProperties);
  if (!isClosed) markInexpressible(state, 'properties of any name');
  const named = isSchema(properties) ? properties : {};
  const names = Object.keys(named);
  state.properties += names.length;
  if (state.properties > MAX_PROPERTIES) markInexpressible(state, `more than ${MAX_PROPERTIES} properties`);
  if (isList(required) && !required.every((name) => typeof name === 'string' && Object.hasOwn(named, name)))
    markInexpressible(state, 'a required property without a schema');
  const isOptional = optionalIn(schema);
  node['properties'] = mapped(named, (each, name) => {
    const strict = rewrite(each, state, { level: level + 1, nested: 0 });
    if (!isOptional(name) || acceptsNull(each, state.root)) return strict;
    state.hasNulls = true;
    return orNull(strict);
  });
  node['required'] = names;
  node['additionalProperties'] = false;
}

/** Makes a schema nullable: adds `null` to the types of a scalar without `enum` and `const`, otherwise adds an alternative. */
function orNull(node: JsonObject): JsonObject {
  const { anyOf, type } = node;
  if (isList(anyOf)) return { ...node, anyOf: [...anyOf, NULL] };
  const types = typesOf(node);
  const isScalar = !types.includes('object') && !types.includes('array') && type !== undefined;
  return isScalar && node['enum'] === undefined && node['const'] === undefined
    ? { ...node, type: [...types, 'null'] }
    : { anyOf: [node, NULL] };
}

/** Adds keywords to the description, such as `Greets. (default: "Ann", minLength: 2)`. */
function describe(node: Node, hints: Node): JsonObject {
  const texts = Object.entries(hints).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  if (texts.length === 0) return node;
  const { description, $ref: ref, ...rest } = node;
  const text = [description, `(${texts.join(', ')})`].filter((each) => typeof each === 'string').join(' ');
  return ref === undefined ? { ...rest, description: text } : { description: text, anyOf: [{ $ref: ref }] };
}

/** Returns the types that a schema lists, otherwise the types of its values, otherwise the type to which its keywords belong. */
function typesOf({ type, enum: values, const: constant, properties, items }: JsonObject): readonly string[] {
  if (type !== undefined) return (isList(type) ? type : [type]).filter((each) => typeof each === 'string');
  const all = isList(values) ? values : [constant].filter((value) => value !== undefined);
  if (all.length > 0) return [...new Set(all.map(typeName))];
  if (properties === undefined && items === undefined) return [];
  return [properties === undefined ? 'array' : 'object'];
}

function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const mapped = (
  map: JsonObject,
  each: (schema: JsonValue | undefined, name: string) => JsonObject,
): JsonObject => Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, each(schema, name)]));

const pick = (from: JsonObject, names: readonly string[]): Node =>
  Object.fromEntries(
    names.flatMap((name): [string, JsonValue][] => (from[name] === undefined ? [] : [[name, from[name]]])),
  );

const isEmpty = (map: JsonObject): boolean => Object.keys(map).length === 0;
