import type { JsonObject, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { LISTS, MAPS, refusalOf } from './unsupported-schema.ts';

/** A schema as a grammar can be made of it. */
export interface OutputSchema {
  readonly schema: JsonObject;
  /** Keywords that had to be left to the description, and what was closed. */
  readonly dropped: readonly string[];
  /** Why no grammar can be made of it: closed or cut it would ask for another answer. */
  readonly refusal: string | undefined;
}

/**
 * What constrained decoding does not take (platform.claude.com, structured outputs; the SDK's own helper does
 * the same): it goes into the description, where the model still reads it.
 */
const UNSUPPORTED = new Set([
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
  'not',
  'if',
  'then',
  'else',
]);

const FORMATS = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
]);

const known = new WeakMap<JsonObject, OutputSchema>();

/**
 * Objects closed, `oneOf` as `anyOf`, unsupported keywords moved to the description; kept per schema object.
 */
export function outputSchema(schema: JsonObject): OutputSchema {
  let found = known.get(schema);
  if (found === undefined) {
    const dropped = new Set<string>();
    found = { schema: closed(schema, dropped), dropped: [...dropped], refusal: refusalOf(schema) };
    known.set(schema, found);
  }
  return found;
}

function closed(schema: JsonObject, dropped: Set<string>): JsonObject {
  const result: Record<string, JsonValue | undefined> = {};
  const told: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    if (name === '$schema' || name === 'additionalProperties' || value === undefined) continue;
    if (isUnsupported(name, value)) {
      dropped.add(name);
      told.push(`${name}: ${JSON.stringify(value)}`);
    } else {
      result[name === 'oneOf' ? 'anyOf' : name] = subschemas(name, value, dropped);
    }
  }
  if (isOpen(schema)) {
    const { additionalProperties } = schema;
    result['additionalProperties'] = false;
    if (additionalProperties !== undefined && additionalProperties !== false)
      dropped.add('additionalProperties');
  }
  if (told.length > 0) {
    const { description } = schema;
    const note = `(${told.join(', ')})`;
    result['description'] = typeof description === 'string' ? `${description} ${note}` : note;
  }
  return result;
}

const isOpen = ({ type, properties }: JsonObject): boolean =>
  type === 'object' || (Array.isArray(type) && type.includes('object')) || properties !== undefined;

const isUnsupported = (name: string, value: JsonValue): boolean =>
  UNSUPPORTED.has(name) ||
  (name === 'minItems' && value !== 0 && value !== 1) ||
  (name === 'format' && typeof value === 'string' && !FORMATS.has(value));

/**
 * Only where JSON Schema holds schemas: a property named `pattern`, an `enum` or a `default` is left alone.
 */
function subschemas(name: string, value: JsonValue, dropped: Set<string>): JsonValue {
  if (MAPS.has(name)) {
    return isSchema(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, closedValue(inner, dropped)]))
      : value;
  }
  if (name === 'items') return closedValue(value, dropped) ?? value;
  if (!LISTS.has(name) || !Array.isArray(value)) return value;
  return value.map((inner: JsonValue) => closedValue(inner, dropped) ?? inner);
}

const closedValue = (value: JsonValue | undefined, dropped: Set<string>): JsonValue | undefined =>
  isSchema(value) ? closed(value, dropped) : value;

const isSchema = (value: JsonValue | undefined): value is JsonObject => isRecord(value);
