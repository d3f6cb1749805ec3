import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import { isSchema, leavesOf } from './absence.ts';

/** A tool's schema whose root is an object with properties, and what that root had to leave out. */
export interface RootedSchema {
  readonly schema: JsonObject;
  /** Such as `anyOf`; empty where nothing is said less exactly. */
  readonly lost: readonly string[];
}

const ALTERNATIVES: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'enum', 'not'];
const DEFINITIONS: readonly string[] = ['$defs', 'definitions'];
/** What a root says next to its properties. */
const DESCRIPTION: readonly string[] = [...DEFINITIONS, 'title', 'description'];

const known = new WeakMap<JsonObject, RootedSchema>();
const opened = new WeakSet<JsonObject>();

/** Did nobody say which properties it has? Strict mode must not close it then. */
export const isOpen = (schema: JsonObject): boolean => opened.has(schema);

/**
 * The schema as vendors insist on it at the root of a tool: an object with `properties` and without alternatives
 * (OpenAI: "object schema missing properties"; "schema must have type 'object' and not have 'oneOf' …", 2025-2026).
 * Alternatives become one object that has the properties of all; which of them go together is told in its description.
 */
export function rooted(schema: JsonObject): RootedSchema {
  let found = known.get(schema);
  if (found === undefined) known.set(schema, (found = root(schema)));
  return found;
}

function root(schema: JsonObject): RootedSchema {
  const lost = ALTERNATIVES.filter((keyword) => schema[keyword] !== undefined);
  if (lost.length === 0 && schema['type'] === 'object') {
    if (isSchema(schema['properties'])) return { schema, lost };
    const open = { ...schema, properties: {} };
    opened.add(open);
    return { schema: open, lost };
  }
  const branches = branchesOf(schema);
  const objects = branches.filter(({ properties }) => isSchema(properties));
  if (objects.length === 0) return { schema: EMPTY, lost: ['root'] };
  return { schema: joined(schema, objects), lost: objects.length > 1 || lost.length === 0 ? lost : [] };
}

const EMPTY: JsonObject = { type: 'object', properties: {} };

/** Each of the objects that the schema allows, whole. */
function branchesOf(schema: JsonObject): readonly JsonObject[] {
  const { allOf, ...rest } = schema;
  const parts = isList(allOf) ? allOf.filter(isSchema).flatMap((part) => leavesOf(part, schema)) : [];
  const common = [rest, ...parts].filter(({ properties }) => isSchema(properties));
  const isUnion = rest['anyOf'] !== undefined || rest['oneOf'] !== undefined || rest['$ref'] !== undefined;
  if (!isUnion) return common.length === 0 ? [] : [allOfThese(common)];
  const leaves = [...leavesOf(rest, schema)].reverse();
  const isObject = ({ type, properties }: JsonObject): boolean =>
    type === 'object' || isSchema(properties) || (type === undefined && common.length > 0);
  return leaves.filter(isObject).map((leaf) => allOfThese([...common, leaf]));
}

const allOfThese = (schemas: readonly JsonObject[]): JsonObject => ({
  properties: Object.assign({}, ...schemas.map(propertiesOf)) as JsonObject,
  required: [...new Set(schemas.flatMap(requiredOf))],
  ...(schemas.some(({ additionalProperties }) => additionalProperties === false) && {
    additionalProperties: false,
  }),
});

function joined(schema: JsonObject, branches: readonly JsonObject[]): JsonObject {
  const names = [...new Set(branches.flatMap((branch) => Object.keys(propertiesOf(branch))))];
  const kept = Object.entries(schema).filter(([key]) => DESCRIPTION.includes(key));
  const { description } = schema;
  const hint = branches.length > 1 ? `(${branches.map(required).join(' or ')})` : undefined;
  const said = [description, hint].filter((each) => typeof each === 'string').join(' ');
  return {
    ...Object.fromEntries(kept),
    ...(said === '' ? undefined : { description: said }),
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, anyOfThese(valuesOf(name, branches))])),
    required: names.filter((name) => branches.every((branch) => requiredOf(branch).includes(name))),
    ...(branches.every(({ additionalProperties }) => additionalProperties === false) && {
      additionalProperties: false,
    }),
  };
}

/** `kind "a" with x, y`: how the model knows which properties go together. */
function required(branch: JsonObject): string {
  const properties = propertiesOf(branch);
  const words = requiredOf(branch).map((name) => {
    const value = properties[name];
    const word = isSchema(value) ? value['const'] : undefined;
    return word === undefined ? name : `${name} ${JSON.stringify(word)}`;
  });
  return words.length === 0 ? 'none required' : words.join(', ');
}

/** What the branches say of one property, each once. */
function valuesOf(name: string, branches: readonly JsonObject[]): readonly JsonValue[] {
  const values = branches.flatMap((branch) => {
    const value = propertiesOf(branch)[name];
    return value === undefined ? [] : [value];
  });
  const texts = values.map((value) => JSON.stringify(value));
  return values.filter((_value, at) => texts.indexOf(texts[at] ?? '') === at);
}

/** Constants of one type become the words of an `enum`. */
function anyOfThese(values: readonly JsonValue[]): JsonValue {
  const [first = true] = values;
  if (values.length < 2) return first;
  const words = values.map((value) => (isSchema(value) ? value['const'] : undefined));
  if (words.every((word) => typeof word === 'string')) return { type: 'string', enum: words };
  return { anyOf: values };
}

const propertiesOf = ({ properties }: JsonObject): JsonObject => (isSchema(properties) ? properties : {});

const requiredOf = ({ required: names }: JsonObject): readonly string[] =>
  isList(names) ? names.filter((name) => typeof name === 'string') : [];
