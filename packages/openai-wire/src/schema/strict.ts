import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import { BEYOND_PATTERN, FORMATS, HINTS, KEPT, REFUSED } from './strict-keywords.ts';
import { isOpen } from './root.ts';
import { acceptsNull, hasAbsence, isSchema, leavesOf, optionalIn } from './absence.ts';

/** A schema in the strict subset. */
export interface StrictSchema {
  readonly schema: JsonObject;
  /** It was so as it stood. */
  readonly fits: boolean;
  /** Optional properties were made nullable: a null that comes for one of them is to be taken for its absence. */
  readonly nulls: boolean;
}

/** Why a schema cannot be said in the strict subset, for a warning. */
export interface Inexpressible {
  readonly why: string;
}

const DEEPEST = 10;
const MOST_PROPERTIES = 5000;
const MOST_WORDS = 1000;
/** Alternatives directly inside alternatives. */
const MOST_NESTED = 8;
const NULL: JsonObject = { type: 'null' };

const known = new WeakMap<JsonObject, StrictSchema | Inexpressible>();

/**
 * The schema in OpenAI's strict subset: every object closed, every property required, the optional ones nullable, and
 * what the subset lacks but does not need said in the description. It is a copy and a fixed point: rewritten again it
 * is the same. A schema that would mean something else is left alone, with the reason.
 */
export function toStrict(schema: JsonObject): StrictSchema | Inexpressible {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const rewriting: Rewriting = { root: schema, properties: 0, words: 0, nulls: false, why: undefined };
  if (schema['type'] !== 'object' || !isSchema(schema['properties']) || isOpen(schema))
    refuse(rewriting, 'a root without properties');
  const strict = rewrite(schema, rewriting, { level: 0, nested: 0 });
  const { why, nulls } = rewriting;
  const fits = why === undefined && canonical(strict) === canonical(schema);
  const found = why === undefined ? { schema: fits ? schema : strict, fits, nulls } : { why };
  known.set(schema, found);
  return found;
}

/** The order of members and of required names means nothing. */
const canonical = (schema: JsonObject): string =>
  JSON.stringify(schema, (key, value: JsonValue) => {
    if (key === 'required' && isList(value)) return value.map((name) => JSON.stringify(name)).sort();
    return isSchema(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });

interface Rewriting {
  readonly root: JsonObject;
  properties: number;
  words: number;
  nulls: boolean;
  /** The first thing that cannot be said. */
  why: string | undefined;
}

interface Depth {
  readonly level: number;
  readonly nested: number;
}

type Node = Record<string, JsonValue>;

function refuse(rewriting: Rewriting, what: string): void {
  rewriting.why ??= `strict mode has no way to say ${what}`;
}

function rewrite(schema: JsonValue | undefined, rewriting: Rewriting, depth: Depth): JsonObject {
  if (!isSchema(schema)) refuse(rewriting, 'a value of any kind');
  if (depth.level > DEEPEST || depth.nested > MOST_NESTED) refuse(rewriting, `more than ${DEEPEST} levels`);
  if (!isSchema(schema) || rewriting.why !== undefined) return {};
  const node: Node = {};
  const hints: Node = {};
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined) continue;
    if (KEPT.has(key)) node[key] = value;
    else if (HINTS.has(key)) hints[key] = value;
    else if (REFUSED.has(key)) refuse(rewriting, key);
  }
  putText(schema, node, hints);
  putDefinitions(schema, node, rewriting);
  if (schema['$ref'] !== undefined) return describe(reference(schema, node, rewriting), hints);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (branches !== undefined) putAlternatives(schema, branches, node, rewriting, depth);
  else putValue(schema, node, rewriting, depth);
  return describe(node, hints);
}

function putText({ format, pattern }: JsonObject, node: Node, hints: Node): void {
  if (format !== undefined) (FORMATS.has(format) ? node : hints)['format'] = format;
  if (pattern === undefined) return;
  (typeof pattern === 'string' && !BEYOND_PATTERN.test(pattern) ? node : hints)['pattern'] = pattern;
}

function putDefinitions(schema: JsonObject, node: Node, rewriting: Rewriting): void {
  for (const key of ['$defs', 'definitions']) {
    const definitions = schema[key];
    if (definitions === undefined) continue;
    if (!isSchema(definitions) || schema !== rewriting.root) refuse(rewriting, `${key} inside of a schema`);
    else node[key] = mapped(definitions, (each) => rewrite(each, rewriting, { level: 1, nested: 0 }));
  }
}

/** Nothing but a reference may stand next to one: what describes it goes around it. */
function reference(schema: JsonObject, node: Node, rewriting: Rewriting): Node {
  const { $ref: ref } = schema;
  if (leavesOf(schema, rewriting.root).length === 0)
    refuse(rewriting, `the reference ${JSON.stringify(ref)}`);
  const { title, description, ...others } = node;
  const [beside] = Object.keys({ ...others, ...pick(schema, ['properties', 'items', 'anyOf', 'oneOf']) });
  if (beside !== undefined) refuse(rewriting, `${beside} beside $ref`);
  if (ref === undefined) return {};
  if (title === undefined && description === undefined) return { $ref: ref };
  return { ...pick(node, ['title', 'description']), anyOf: [{ $ref: ref }] };
}

function putAlternatives(
  schema: JsonObject,
  branches: JsonValue,
  node: Node,
  rewriting: Rewriting,
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
  const isPlain = schema !== rewriting.root && Object.keys(others).length === 0;
  const isOne = schema['anyOf'] === undefined || schema['oneOf'] === undefined;
  if (!isList(branches) || branches.length === 0 || !isPlain || !isOne || isSchema(schema['properties'])) {
    refuse(rewriting, 'alternatives beside other keywords');
    return;
  }
  node['anyOf'] = branches.map((each) => rewrite(each, rewriting, { level, nested: nested + 1 }));
  if (rewriting.why !== undefined) return;
  // Which of them a value belongs to is not known before it is whole: then no null could be told from another.
  for (const type of ['object', 'array']) {
    const leaves = leavesOf(schema, rewriting.root).filter((leaf) => typesOf(leaf).includes(type));
    if (leaves.length > 1 && leaves.some((leaf) => hasAbsence(leaf, rewriting.root)))
      refuse(rewriting, 'optional properties inside of alternatives');
  }
}

function putValue(schema: JsonObject, node: Node, rewriting: Rewriting, depth: Depth): void {
  const types = typesOf(schema);
  if (types.length === 0) refuse(rewriting, 'a value of any kind');
  if (node['type'] === undefined) node['type'] = types.length === 1 ? (types[0] ?? 'null') : types;
  const words = schema['enum'];
  if (isList(words)) rewriting.words += words.length;
  if (rewriting.words > MOST_WORDS) refuse(rewriting, `more than ${MOST_WORDS} words`);
  if (types.includes('object')) putObject(schema, node, rewriting, depth);
  if (types.includes('array'))
    node['items'] = rewrite(schema['items'], rewriting, { level: depth.level + 1, nested: 0 });
}

function putObject(schema: JsonObject, node: Node, rewriting: Rewriting, { level }: Depth): void {
  const { additionalProperties: others, properties, required } = schema;
  const isOpen = others === undefined && (!isSchema(properties) || (level > 0 && isEmpty(properties)));
  if (isOpen || (others !== undefined && others !== false)) refuse(rewriting, 'properties of any name');
  const named = isSchema(properties) ? properties : {};
  const names = Object.keys(named);
  rewriting.properties += names.length;
  if (rewriting.properties > MOST_PROPERTIES) refuse(rewriting, `more than ${MOST_PROPERTIES} properties`);
  if (isList(required) && !required.every((name) => typeof name === 'string' && Object.hasOwn(named, name)))
    refuse(rewriting, 'a required property without a schema');
  const isOptional = optionalIn(schema);
  node['properties'] = mapped(named, (each, name) => {
    const strict = rewrite(each, rewriting, { level: level + 1, nested: 0 });
    if (!isOptional(name) || acceptsNull(each, rewriting.root)) return strict;
    rewriting.nulls = true;
    return orNull(strict);
  });
  node['required'] = names;
  node['additionalProperties'] = false;
}

/** Scalars have a list of types; everything else gets an alternative. */
function orNull(node: JsonObject): JsonObject {
  const { anyOf, type } = node;
  if (isList(anyOf)) return { ...node, anyOf: [...anyOf, NULL] };
  const types = typesOf(node);
  const isScalar = !types.includes('object') && !types.includes('array') && type !== undefined;
  return isScalar && node['enum'] === undefined && node['const'] === undefined
    ? { ...node, type: [...types, 'null'] }
    : { anyOf: [node, NULL] };
}

/** `Greets. (default: "Ann", minLength: 2)` */
function describe(node: Node, hints: Node): JsonObject {
  const said = Object.entries(hints).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  if (said.length === 0) return node;
  const { description, $ref: ref, ...rest } = node;
  const text = [description, `(${said.join(', ')})`].filter((each) => typeof each === 'string').join(' ');
  return ref === undefined ? { ...rest, description: text } : { description: text, anyOf: [{ $ref: ref }] };
}

/** The types that a schema names, or that its words have. */
function typesOf({ type, enum: words, const: word, properties, items }: JsonObject): readonly string[] {
  if (type !== undefined) return (isList(type) ? type : [type]).filter((each) => typeof each === 'string');
  const all = isList(words) ? words : word === undefined ? [] : [word];
  if (all.length > 0) return [...new Set(all.map(typeName))];
  return properties !== undefined ? ['object'] : items !== undefined ? ['array'] : [];
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
