import type { JsonObject, JsonValue } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import { isSchema, leavesOf } from './absence.ts';

/** JSON Schema whose root is an object with properties. */
export interface ObjectRootSchema {
  readonly schema: JsonObject;
  /** Removed keywords of the root, or `root` if the root was replaced. Empty if the converted root means the same. */
  readonly dropped: readonly string[];
  /** Whether the original schema listed no properties. Strict mode must not forbid properties that such a schema allowed. */
  readonly listsNoProperties?: boolean;
}

/** Keywords that no merged object can express. */
const LOST: readonly string[] = ['enum', 'not'];
const NOT_AT_ROOT: readonly string[] = ['anyOf', 'oneOf', 'allOf', ...LOST];
const DEFINITIONS: readonly string[] = ['$defs', 'definitions'];
/** Keywords that the converted root retains. */
const ROOT_KEYWORDS: readonly string[] = [...DEFINITIONS, 'title', 'description'];

/**
 * Converts a tool's schema to the root that vendors require: an object with `properties` and without alternatives (OpenAI:
 * "object schema missing properties"; "schema must have type 'object' and not have 'oneOf' …", 2025-2026). Merges alternatives
 * into one object with all properties. The description of this object states which properties belong together.
 */
export function toObjectRoot(schema: JsonObject): ObjectRootSchema {
  const dropped = NOT_AT_ROOT.filter((keyword) => schema[keyword] !== undefined);
  if (dropped.length === 0 && schema['type'] === 'object') {
    if (isSchema(schema['properties'])) return { schema, dropped };
    return { schema: { ...schema, properties: {} }, dropped, listsNoProperties: true };
  }
  const branches = branchesOf(schema);
  const objects = branches.filter(({ properties }) => isSchema(properties));
  if (objects.length === 0) return { schema: EMPTY, dropped: ['root'], listsNoProperties: true };
  const joined = joinBranches(schema, objects);
  const isOpen = Object.keys(propertiesOf(joined)).length === 0 && joined['additionalProperties'] !== false;
  return {
    schema: joined,
    ...(isOpen && { listsNoProperties: true }),
    // A single object loses no alternative, so the keywords of alternatives are not reported as dropped.
    dropped: objects.length > 1 ? dropped : dropped.filter((keyword) => LOST.includes(keyword)),
  };
}

const EMPTY: JsonObject = { type: 'object', properties: {} };

/** Returns one complete schema for each alternative of the root. */
function branchesOf(schema: JsonObject): readonly JsonObject[] {
  const { allOf, ...rest } = schema;
  const parts = isList(allOf) ? allOf.filter(isSchema).flatMap((part) => leavesOf(part, schema)) : [];
  // Schemas whose properties each alternative has too.
  const common = [rest, ...parts].filter(({ properties }) => isSchema(properties));
  const isUnion = rest['anyOf'] !== undefined || rest['oneOf'] !== undefined || rest['$ref'] !== undefined;
  if (!isUnion) return common.length === 0 ? [] : [mergeSchemas(common)];
  // `leavesOf` returns the last alternative first.
  const leaves = [...leavesOf(schema, schema)].reverse();
  // An alternative without a type may only list required properties of `common`.
  const isObject = ({ type, properties }: JsonObject): boolean =>
    type === 'object' || isSchema(properties) || (type === undefined && common.length > 0);
  return leaves.filter(isObject).map((leaf) => mergeSchemas([...common, leaf]));
}

const mergeSchemas = (schemas: readonly JsonObject[]): JsonObject => ({
  properties: Object.assign({}, ...schemas.map(propertiesOf)) as JsonObject,
  required: [...new Set(schemas.flatMap(requiredOf))],
  ...(schemas.some(({ additionalProperties }) => additionalProperties === false) && {
    additionalProperties: false,
  }),
});

function joinBranches(schema: JsonObject, branches: readonly JsonObject[]): JsonObject {
  const names = [...new Set(branches.flatMap((branch) => Object.keys(propertiesOf(branch))))];
  const rootMembers = Object.entries(schema).filter(([key]) => ROOT_KEYWORDS.includes(key));
  const { description } = schema;
  const hint = branches.length > 1 ? `(${branches.map(describeRequired).join(' or ')})` : undefined;
  const text = [description, hint].filter((each) => typeof each === 'string').join(' ');
  return {
    ...Object.fromEntries(rootMembers),
    ...(text === '' ? undefined : { description: text }),
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, joinValues(valuesOf(name, branches))])),
    required: names.filter((name) => branches.every((branch) => requiredOf(branch).includes(name))),
    ...(branches.every(({ additionalProperties }) => additionalProperties === false) && {
      additionalProperties: false,
    }),
  };
}

/** Returns a description of the properties that belong together, such as `kind "a", x, y`. */
function describeRequired(branch: JsonObject): string {
  const properties = propertiesOf(branch);
  const names = requiredOf(branch).map((name) => {
    const value = properties[name];
    const constant = isSchema(value) ? value['const'] : undefined;
    return constant === undefined ? name : `${name} ${JSON.stringify(constant)}`;
  });
  return names.length === 0 ? 'none required' : names.join(', ');
}

/** Returns the schemas of one property in all alternatives, without duplicates. */
function valuesOf(name: string, branches: readonly JsonObject[]): readonly JsonValue[] {
  const values = branches.flatMap((branch) => {
    const value = propertiesOf(branch)[name];
    return value === undefined ? [] : [value];
  });
  const texts = values.map((value) => JSON.stringify(value));
  return values.filter((_value, at) => texts.indexOf(texts[at] ?? '') === at);
}

/** Merges schemas of one property. String constants become an `enum`. */
function joinValues(values: readonly JsonValue[]): JsonValue {
  const [first = true] = values;
  if (values.length < 2) return first;
  const constants = values.map((value) => (isSchema(value) ? value['const'] : undefined));
  if (constants.every((constant) => typeof constant === 'string')) return { type: 'string', enum: constants };
  return { anyOf: values };
}

const propertiesOf = ({ properties }: JsonObject): JsonObject => (isSchema(properties) ? properties : {});

const requiredOf = ({ required: names }: JsonObject): readonly string[] =>
  isList(names) ? names.filter((name) => typeof name === 'string') : [];
