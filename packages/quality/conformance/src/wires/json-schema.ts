import { isRecord } from '@majordomo/core/toolkit';

/** Function that receives each subschema with its path. */
export type OnSchema = (schema: Readonly<Record<string, unknown>>, path: string) => void;

const ONE: readonly string[] = ['items', 'additionalProperties', 'not'];
const LISTS: readonly string[] = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const MAPS: readonly string[] = ['properties', '$defs', 'definitions', 'patternProperties'];

/** Calls `onSchema` for a JSON Schema, and then for each of its subschemas. */
export function eachSchema(schema: unknown, path: string, onSchema: OnSchema): void {
  if (!isRecord(schema)) return;
  onSchema(schema, path);
  for (const key of ONE) eachSchema(schema[key], `${path}.${key}`, onSchema);
  for (const key of LISTS) {
    const list: readonly unknown[] = Array.isArray(schema[key]) ? schema[key] : [];
    list.forEach((item, index) => {
      eachSchema(item, `${path}.${key}[${index}]`, onSchema);
    });
  }
  for (const key of MAPS) {
    const map = schema[key];
    if (!isRecord(map)) continue;
    for (const [name, item] of Object.entries(map)) eachSchema(item, `${path}.${key}.${name}`, onSchema);
  }
}

/** Whether the schema describes an object, by its type or by its keywords. */
export const isObjectSchema = ({ type, properties }: Readonly<Record<string, unknown>>): boolean =>
  type === 'object' || (Array.isArray(type) && type.includes('object')) || isRecord(properties);

/** Whether the schema allows several types. */
export const isUnion = ({ type, anyOf }: Readonly<Record<string, unknown>>): boolean =>
  Array.isArray(type) || Array.isArray(anyOf);
