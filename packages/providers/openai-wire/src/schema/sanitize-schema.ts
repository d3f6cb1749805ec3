import type { JsonObject, JsonValue } from '@majordomo/core';

/** Subset of JSON Schema that a server accepts. */
export interface SchemaDialect {
  /** Handling of the type `null`. `flag`: `nullable: true` replaces it. `drop`: it is removed. */
  readonly nullType: 'keep' | 'flag' | 'drop';
  /** Handling of keywords next to `$ref`. `drop-default`: `default` is removed. */
  readonly refSiblings: 'keep' | 'drop-default';
  /** Whether every schema without alternatives requires a `type`. A schema with alternatives then must not have a `type`. */
  readonly requiresType: boolean;
  /** Keywords that are removed. */
  readonly unsupported: readonly string[];
}

/** Dialect for most servers. It lacks the features that servers have rejected (reported by several clients, 2025-2026). */
export const PLAIN_DIALECT: SchemaDialect = {
  nullType: 'flag',
  refSiblings: 'drop-default',
  requiresType: false,
  unsupported: [],
};

/** Dialect of servers that require a type everywhere and do not support null. */
export const TYPED_DIALECT: SchemaDialect = { ...PLAIN_DIALECT, nullType: 'drop', requiresType: true };

/** Dialect for servers that failed to compile a schema to a grammar, usually because of `pattern` or `format`. */
export const GRAMMAR_DIALECT: SchemaDialect = {
  nullType: 'keep',
  refSiblings: 'keep',
  requiresType: false,
  unsupported: ['pattern', 'format'],
};

/** Converted schema, with the names of the dropped features. */
export interface SanitizedSchema {
  readonly schema: JsonObject;
  /** Names of the dropped features, such as `pattern` or `null`, each once. */
  readonly dropped: readonly string[];
}

const SCHEMA_KEYWORDS: ReadonlySet<string> = new Set([
  'items',
  'additionalProperties',
  'not',
  'contains',
  'propertyNames',
  'if',
  'then',
  'else',
]);
const LIST_KEYWORDS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const MAP_KEYWORDS: ReadonlySet<string> = new Set([
  'properties',
  '$defs',
  'definitions',
  'patternProperties',
  'dependentSchemas',
]);
const TYPES: ReadonlySet<string> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
  'null',
]);
/** Maximum depth of a schema. A deeper schema becomes a schema that accepts any value. */
const MAX_DEPTH = 64;
/** Maximum number of repeated conversions of a schema, in case one rule undoes the change of another. */
const MAX_ROUNDS = 8;

/**
 * Returns a copy of a schema in a server's dialect. Converting the copy again changes nothing. Values that are not schemas
 * (`enum`, `default`, `examples`, property names) stay unchanged. References are not resolved.
 */
export function sanitizeSchema(schema: JsonObject, dialect: SchemaDialect): SanitizedSchema {
  const dropped = new Set<string>();
  let sanitized = convertObject(schema, { dialect, dropped }, 0);
  // Repeat the conversion, because one rule can produce a form that another rule changes.
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = convertObject(sanitized, { dialect, dropped }, 0);
    if (JSON.stringify(next) === JSON.stringify(sanitized)) break;
    sanitized = next;
  }
  return { schema: sanitized, dropped: [...dropped] };
}

interface Conversion {
  readonly dialect: SchemaDialect;
  readonly dropped: Set<string>;
}

function convert(schema: JsonValue, conversion: Conversion, depth: number): JsonValue {
  // The name of a type in place of a schema means this type.
  if (typeof schema === 'string')
    return convert(TYPES.has(schema) ? { type: schema } : {}, conversion, depth);
  return isObject(schema) ? convertObject(schema, conversion, depth) : schema;
}

function convertObject(schema: JsonObject, conversion: Conversion, depth: number): JsonObject {
  if (depth > MAX_DEPTH) {
    conversion.dropped.add('depth');
    return {};
  }
  const node: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (conversion.dialect.unsupported.includes(key)) conversion.dropped.add(key);
    else if (value !== undefined) node[key] = convertMember(key, value, conversion, depth + 1);
  }
  removeNull(node, conversion);
  tidyObject(node);
  if (conversion.dialect.refSiblings === 'drop-default' && node['$ref'] !== undefined) delete node['default'];
  if (conversion.dialect.requiresType) addType(node);
  return node;
}

function convertMember(key: string, value: JsonValue, conversion: Conversion, depth: number): JsonValue {
  if (SCHEMA_KEYWORDS.has(key)) {
    return isList(value)
      ? value.map((each) => convert(each, conversion, depth))
      : convert(value, conversion, depth);
  }
  if (LIST_KEYWORDS.has(key) && isList(value)) return value.map((each) => convert(each, conversion, depth));
  if (!MAP_KEYWORDS.has(key) || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, convert(each ?? {}, conversion, depth)]),
  );
}

/** Converts `null` types: replaces `type: [X, 'null']` with `type: X`, and removes the alternative `null`. */
function removeNull(node: Record<string, JsonValue>, { dialect, dropped }: Conversion): void {
  if (dialect.nullType === 'keep') return;
  const { type } = node;
  let isNullable = false;
  if (isList(type) && type.includes('null')) {
    const rest = type.filter((each) => each !== 'null');
    node['type'] = rest.length === 1 ? (rest[0] ?? 'null') : rest;
    isNullable = true;
  }
  for (const key of ['anyOf', 'oneOf']) {
    const list = node[key];
    if (!isList(list)) continue;
    const real = list.filter((each) => !(isObject(each) && each['type'] === 'null'));
    if (real.length === list.length || real.length === 0) continue;
    isNullable = true;
    node[key] = real;
    const [only] = real;
    if (real.length === 1 && isObject(only)) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a keyword of a fixed list
      delete node[key];
      for (const [name, value] of Object.entries(only)) if (value !== undefined) node[name] ??= value;
    }
  }
  const values = node['enum'];
  if (dialect.nullType === 'drop' && isList(values))
    node['enum'] = values.filter((each) => each !== null && each !== '');
  if (isNullable && dialect.nullType === 'flag') node['nullable'] = true;
  if (dialect.nullType === 'flag') return;
  if (isNullable || node['nullable'] !== undefined) dropped.add('null');
  delete node['nullable'];
}

function tidyObject(node: Record<string, JsonValue>): void {
  const { properties, required, type } = node;
  if (type === 'object' && properties === undefined) node['properties'] = {};
  if (!isList(required)) return;
  const names = isObject(properties) ? properties : {};
  const existing = required.filter((name) => typeof name === 'string' && Object.hasOwn(names, name));
  if (existing.length > 0) node['required'] = existing;
  else delete node['required'];
}

function addType(node: Record<string, JsonValue>): void {
  if (isList(node['anyOf']) || isList(node['oneOf'])) {
    delete node['type'];
    return;
  }
  if (node['type'] !== undefined || node['$ref'] !== undefined) return;
  const values = node['enum'];
  const [value] = isList(values) ? values : [];
  if (isObject(node['properties'])) node['type'] = 'object';
  else if (node['items'] !== undefined) node['type'] = 'array';
  else
    node['type'] = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
}

const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
