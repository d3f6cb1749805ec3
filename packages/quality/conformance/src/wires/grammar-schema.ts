import { isRecord } from '@majordomo/core/toolkit';
import { eachSchema, isObjectSchema, isUnion } from './json-schema.ts';
import { isString, type Report } from './shape.ts';

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

/** Returns the vendor's message about a union at the root of a tool's schema (2025-2026), or `undefined` without such a union. */
export function rootUnion(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  const found = ['oneOf', 'allOf', 'anyOf'].find((key) => schema[key] !== undefined);
  return found && `input_schema does not support ${found} at the top level`;
}
