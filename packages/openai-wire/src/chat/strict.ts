import type { JsonObject, JsonValue } from '@majordomo/core';

/** Keywords of the strict subset (OpenAI's guide to structured outputs, 2026-11); any other one rules strict out. */
const KEYWORDS: ReadonlySet<string> = new Set([
  '$schema',
  '$defs',
  'definitions',
  '$ref',
  'title',
  'description',
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
]);

const DEEPEST = 10;
const MOST_PROPERTIES = 5000;

/**
 * Can the schema be enforced as it stands? Every object closed, every property required, no keyword outside of the
 * subset, within its limits. Nothing is rewritten: a schema that does not fit is sent as not strict.
 */
export function fitsStrict(schema: JsonObject): boolean {
  const budget = { properties: MOST_PROPERTIES };
  return schema['type'] === 'object' && schema['anyOf'] === undefined && fits(schema, 0, budget);
}

function fits(node: JsonValue | undefined, depth: number, budget: { properties: number }): boolean {
  if (!isObject(node) || depth > DEEPEST) return false;
  for (const key of Object.keys(node)) if (!KEYWORDS.has(key)) return false;
  const inside = (value: JsonValue | undefined): boolean => fits(value, depth + 1, budget);
  return (
    isClosed(node, budget) &&
    values(node['properties']).every(inside) &&
    values(node['$defs']).every(inside) &&
    values(node['definitions']).every(inside) &&
    (node['items'] === undefined || inside(node['items'])) &&
    (node['anyOf'] === undefined || (Array.isArray(node['anyOf']) && node['anyOf'].every(inside)))
  );
}

function isClosed(node: JsonObject, budget: { properties: number }): boolean {
  const isObjectType =
    node['type'] === 'object' || (Array.isArray(node['type']) && node['type'].includes('object'));
  if (!isObjectType && node['properties'] === undefined) return true;
  const names = Object.keys(isObject(node['properties']) ? node['properties'] : {});
  budget.properties -= names.length;
  const required = Array.isArray(node['required']) ? node['required'] : [];
  return (
    budget.properties >= 0 &&
    node['additionalProperties'] === false &&
    names.every((name) => required.includes(name))
  );
}

const values = (map: JsonValue | undefined): readonly (JsonValue | undefined)[] =>
  isObject(map) ? Object.values(map) : [];

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
