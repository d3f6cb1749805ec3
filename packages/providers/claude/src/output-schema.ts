import type { JsonObject, JsonValue } from '@majordomo/core';
import {
  allowsObjects,
  isSchema,
  SCHEMA_LISTS,
  SCHEMA_MAPS,
  unsupportedFeature,
} from './unsupported-schema.ts';

/** Schema in the subset of JSON Schema that constrained decoding supports. */
export interface OutputSchema {
  readonly schema: JsonObject;
  /** Keywords that were moved to the description, and `additionalProperties` if `false` replaced its value. */
  readonly dropped: readonly string[];
  /** Feature that cannot be expressed in the subset; `undefined` if the complete schema is supported. */
  readonly unsupported: string | undefined;
}

/**
 * Keywords that constrained decoding does not support (platform.claude.com, structured outputs). Like the SDK's helper, this
 * package moves them to the description, which the model reads.
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

/** Values of `format` that constrained decoding supports. Any other value moves to the description. */
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

const converted = new WeakMap<JsonObject, OutputSchema>();

/**
 * Converts a schema: closes objects, replaces `oneOf` with `anyOf`, and moves unsupported keywords to the description. Results
 * are cached by schema object.
 */
export function toOutputSchema(schema: JsonObject): OutputSchema {
  let output = converted.get(schema);
  if (output === undefined) {
    const dropped = new Set<string>();
    output = {
      schema: toSubset(schema, dropped),
      dropped: [...dropped],
      unsupported: unsupportedFeature(schema),
    };
    converted.set(schema, output);
  }
  return output;
}

/** Converts a schema and the schemas inside it. Adds the names of the keywords that it drops to `dropped`. */
function toSubset(schema: JsonObject, dropped: Set<string>): JsonObject {
  const result: Record<string, JsonValue | undefined> = {};
  const notes: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    if (name === '$schema' || name === 'additionalProperties' || value === undefined) continue;
    // `oneOf` would replace an `anyOf` of the same schema.
    if (isUnsupported(name, value) || (name === 'oneOf' && schema['anyOf'] !== undefined)) {
      dropped.add(name);
      notes.push(`${name}: ${JSON.stringify(value)}`);
    } else {
      result[name === 'oneOf' ? 'anyOf' : name] = withSubschemas(name, value, dropped);
    }
  }
  if (isObject(schema)) {
    const { additionalProperties } = schema;
    result['additionalProperties'] = false;
    if (additionalProperties !== undefined && additionalProperties !== false)
      dropped.add('additionalProperties');
  }
  if (notes.length > 0) {
    const { description } = schema;
    const note = `(${notes.join(', ')})`;
    result['description'] = typeof description === 'string' ? `${description} ${note}` : note;
  }
  return result;
}

/** Whether a schema describes an object, which must forbid additional properties. */
const isObject = (schema: JsonObject): boolean => allowsObjects(schema) || schema['properties'] !== undefined;

/** Whether decoding does not support the keyword, or the keyword with this value. */
function isUnsupported(name: string, value: JsonValue): boolean {
  // The only supported minimum numbers of items are 0 and 1.
  if (name === 'minItems') return value !== 0 && value !== 1;
  if (name === 'format') return typeof value === 'string' && !FORMATS.has(value);
  return UNSUPPORTED.has(name);
}

/** Converts the schemas in the value of a keyword. Values without schemas, such as that of `enum`, stay unchanged. */
function withSubschemas(name: string, value: JsonValue, dropped: Set<string>): JsonValue {
  if (SCHEMA_MAPS.has(name)) {
    return isSchema(value)
      ? Object.fromEntries(
          Object.entries(value).map(([key, inner]) => [key, toSubsetIfSchema(inner, dropped)]),
        )
      : value;
  }
  if (name === 'items') return toSubsetIfSchema(value, dropped);
  if (!SCHEMA_LISTS.has(name) || !Array.isArray(value)) return value;
  return value.map((inner: JsonValue) => toSubsetIfSchema(inner, dropped));
}

const toSubsetIfSchema = <Value extends JsonValue | undefined>(
  value: Value,
  dropped: Set<string>,
): Value | JsonObject => (isSchema(value) ? toSubset(value, dropped) : value);
