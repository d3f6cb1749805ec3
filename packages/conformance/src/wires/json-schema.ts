import { isRecord } from '@majordomo/core/toolkit';

/** Called for every schema in a schema, with its path. */
export type Visit = (schema: Readonly<Record<string, unknown>>, path: string) => void;

const ONE: readonly string[] = ['items', 'additionalProperties', 'not'];
const LISTS: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const MAPS: readonly string[] = ['properties', '$defs', 'definitions', 'patternProperties'];

/** Walks a JSON Schema: itself, then what its keywords hold. */
export function eachSchema(schema: unknown, path: string, visit: Visit): void {
  if (!isRecord(schema)) return;
  visit(schema, path);
  for (const key of ONE) eachSchema(schema[key], `${path}.${key}`, visit);
  for (const key of LISTS) {
    const list: readonly unknown[] = Array.isArray(schema[key]) ? schema[key] : [];
    list.forEach((item, index) => {
      eachSchema(item, `${path}.${key}[${index}]`, visit);
    });
  }
  for (const key of MAPS) {
    const map = schema[key];
    if (!isRecord(map)) continue;
    for (const [name, item] of Object.entries(map)) eachSchema(item, `${path}.${key}.${name}`, visit);
  }
}

/** Is it the schema of an object, said or not? */
export const isObjectSchema = ({ type, properties }: Readonly<Record<string, unknown>>): boolean =>
  type === 'object' || (Array.isArray(type) && type.includes('object')) || isRecord(properties);

/** May the value be of several types? */
export const isUnion = ({ type, anyOf }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(type) || Array.isArray(anyOf);
