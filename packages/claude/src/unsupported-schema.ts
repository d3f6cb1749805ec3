import type { JsonObject, JsonValue } from '@majordomo/core';
import { asList, asRecord, isRecord } from '@majordomo/core/toolkit';

/**
 * Objects whose names are not known beforehand, which a closed object would forbid, and schemas that hold themselves or
 * stand elsewhere (platform.claude.com, structured outputs, and AWS, structured-output, both 2026-11).
 */
export function refusalOf(root: JsonObject): string | undefined {
  let refusal: string | undefined;
  eachSchema(root, (schema) => {
    const { $ref: reference } = schema;
    if (isFree(schema)) refusal ??= 'an object with any names in it';
    if (typeof reference === 'string' && !reference.startsWith('#'))
      refusal ??= 'a schema that stands elsewhere';
  });
  return refusal ?? (holdsItself(root) ? 'a schema that holds itself' : undefined);
}

const isFree = ({ type, properties, additionalProperties }: JsonObject): boolean =>
  type === 'object' && properties === undefined && additionalProperties !== false;

/** Follows references from the root: does one lead back to where it stands? */
function holdsItself(root: JsonObject): boolean {
  const leadsBack = (schema: JsonObject, above: readonly JsonObject[]): boolean => {
    if (above.includes(schema)) return true;
    const path = [...above, schema];
    const { $ref: reference } = schema;
    const target = typeof reference === 'string' ? pointedAt(root, reference) : undefined;
    if (target !== undefined && leadsBack(target, path)) return true;
    return subschemasOf(schema).some((inner) => leadsBack(inner, path));
  };
  return leadsBack(root, []);
}

/** Of a local reference, such as `#/$defs/node`. */
function pointedAt(root: JsonObject, reference: string): JsonObject | undefined {
  const [start, ...names] = reference.split('/');
  if (start !== '#') return undefined;
  let at: JsonValue | undefined = root;
  for (const name of names) {
    const key = decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
    at = isSchema(at) ? at[key] : undefined;
  }
  return isSchema(at) ? at : undefined;
}

/** The schema and all that it holds. */
export function eachSchema(schema: JsonObject, visit: (schema: JsonObject) => void): void {
  visit(schema);
  for (const inner of subschemasOf(schema)) eachSchema(inner, visit);
}

const subschemasOf = (schema: JsonObject): readonly JsonObject[] =>
  Object.entries(schema).flatMap(([name, value]): readonly JsonObject[] => {
    if (MAPS.has(name)) return Object.values(asRecord(value)).filter(isSchema);
    if (LISTS.has(name)) return asList(value).filter(isSchema);
    return name === 'items' && isSchema(value) ? [value] : [];
  });

/** Where JSON Schema holds schemas: by name, in a list, or alone in `items`. */
export const MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);
export const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);

const isSchema = (value: unknown): value is JsonObject => isRecord(value);
