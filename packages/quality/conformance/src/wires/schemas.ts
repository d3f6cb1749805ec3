import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';
import type { Members } from './members.ts';
import { isString, type Report } from './shape.ts';

// Rules of vendors for JSON Schemas of tools and outputs.

/** Keywords that contain one schema, a list of schemas, and schemas by name. */
const ONE: readonly string[] = ['items', 'additionalProperties', 'not'];
const LISTS: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const MAPS: readonly string[] = ['properties', '$defs', 'definitions', 'patternProperties'];

/** Calls `onSchema` for a JSON Schema, and then for each of its subschemas. */
export function eachSchema(
  schema: unknown,
  path: string,
  onSchema: (schema: Members, path: string) => void,
): void {
  if (!isRecord(schema)) return;
  onSchema(schema, path);
  for (const key of ONE) eachSchema(schema[key], `${path}.${key}`, onSchema);
  for (const key of LISTS) {
    for (const [index, item] of asList(schema[key]).entries())
      eachSchema(item, `${path}.${key}[${index}]`, onSchema);
  }
  for (const key of MAPS) {
    for (const [name, item] of Object.entries(asRecord(schema[key])))
      eachSchema(item, `${path}.${key}.${name}`, onSchema);
  }
}

/** Whether the schema describes an object, by its type or by its keywords. */
const isObjectSchema = ({ type, properties }: Members): boolean =>
  type === 'object' || (Array.isArray(type) && type.includes('object')) || isRecord(properties);

/** Whether the schema allows several types. */
const isUnion = ({ type, anyOf }: Members): boolean => Array.isArray(type) || Array.isArray(anyOf);

const ALTERNATIVES: readonly string[] = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'];

/**
 * Checks the root of a tool's schema as OpenAI does. Its errors are "object schema missing properties" and "schema must have type
 * 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level" (reported by several clients, 2025-2026).
 */
export function checkParameters(parameters: unknown, path: string, report: Report): void {
  if (!isRecord(parameters)) return;
  if (parameters['type'] !== 'object')
    report('parameters-schema', path, "the schema must be of type 'object'");
  else if (!isRecord(parameters['properties']))
    report('parameters-schema', path, 'object schema missing properties');
  const beside = ALTERNATIVES.filter((keyword) => parameters[keyword] !== undefined);
  if (beside.length > 0) report('parameters-schema', path, `${beside.join(', ')} at the top level`);
}

/** Checks the root of a tool's schema as Anthropic and Amazon do. The message about a union is the vendor's (2025-2026). */
export function checkInputSchema(schema: unknown, path: string, report: Report): void {
  if (!isRecord(schema)) return;
  if (schema['type'] !== 'object') report('parameters-schema', path, "the schema must be of type 'object'");
  const union = ['oneOf', 'allOf', 'anyOf'].find((key) => schema[key] !== undefined);
  if (union !== undefined)
    report('parameters-schema', path, `input_schema does not support ${union} at the top level`);
}

/** Checks that a strict schema closes every object and requires every property. */
export function checkStrict(root: unknown, at: string, report: Report): void {
  eachSchema(root, at, (schema, path) => {
    if (!isObjectSchema(schema)) return;
    if (schema['additionalProperties'] !== false) {
      report('strict-schema', path, 'additionalProperties must be false');
    }
    const required = asList(schema['required']);
    const loose = Object.keys(asRecord(schema['properties'])).filter((key) => !required.includes(key));
    if (loose.length > 0) report('strict-schema', path, `required must include ${loose.join(', ')}`);
  });
}

/**
 * Keywords of JSON Schema that grammar compilers reject. Sources: Anthropic (structured outputs) and Amazon (supported features),
 * both 2026-11.
 */
const UNSUPPORTED: readonly string[] = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'contains',
  'minProperties',
  'maxProperties',
  'propertyNames',
  'patternProperties',
  'oneOf',
  'not',
  'if',
];

/** Reports the parts of a schema that cannot be compiled to a grammar. Returns the number of unions in the schema. */
export function checkGrammar(root: unknown, at: string, report: Report, rule: string): number {
  let unions = 0;
  eachSchema(root, at, (schema, path) => {
    if (isUnion(schema)) unions++;
    if (isObjectSchema(schema) && schema['additionalProperties'] !== false) {
      report(rule, path, "For 'object' type, 'additionalProperties' must be explicitly set to false");
    }
    const unknown = UNSUPPORTED.filter((key) => schema[key] !== undefined);
    if (unknown.length > 0) report(rule, path, `${unknown.join(', ')}: not supported`);
    const { minItems, $ref: reference } = schema;
    if (minItems !== undefined && minItems !== 0 && minItems !== 1)
      report(rule, path, 'minItems: only 0 and 1 are supported');
    if (isString(reference) && !reference.startsWith('#')) report(rule, path, 'external $ref: not supported');
  });
  if (isRecursive(root)) report(rule, at, 'recursive schemas are not supported');
  return unions;
}

/** Whether a definition or the root refers to itself, directly or through other definitions. */
function isRecursive(root: unknown): boolean {
  const edges = new Map<string, Set<string>>([['#', new Set()]]);
  eachSchema(root, '#', (schema, path) => {
    if (!isString(schema['$ref'])) return;
    const from = /\.(?:\$defs|definitions)\.([^.]+)/.exec(path)?.[1] ?? '#';
    const to = schema['$ref'].split('/').at(-1) ?? '#';
    edges.set(from, (edges.get(from) ?? new Set()).add(to));
  });
  return [...edges.keys()].some((start) => reaches(start, start, edges, new Set()));
}

function reaches(
  from: string,
  goal: string,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  seen: Set<string>,
): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(edges.get(from) ?? [])].some((next) => next === goal || reaches(next, goal, edges, seen));
}
