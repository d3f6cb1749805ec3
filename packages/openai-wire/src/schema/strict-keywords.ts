import type { JsonValue } from '@majordomo/core';

/** Keywords of the subset that hold no schema (OpenAI's guide to structured outputs, 2026-11). */
export const KEPT: ReadonlySet<string> = new Set([
  ...['$schema', 'title', 'description', 'type', 'enum', 'const', 'minItems', 'maxItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
]);

/** Keywords that narrow a value in ways that the subset cannot say; what is in no list says nothing to a validator. */
export const REFUSED: ReadonlySet<string> = new Set([
  ...[
    'allOf',
    'not',
    'if',
    'then',
    'else',
    'dependentSchemas',
    'dependentRequired',
    'dependencies',
    'nullable',
  ],
  ...['patternProperties', 'propertyNames', 'minProperties', 'maxProperties', 'unevaluatedProperties'],
  ...['prefixItems', 'additionalItems', 'unevaluatedItems', 'contains', 'minContains', 'maxContains'],
  ...['$dynamicRef', '$recursiveRef'],
]);

/** What the subset lacks and the model should still know: it goes into the description. */
export const HINTS: ReadonlySet<string> = new Set([
  ...['default', 'examples', 'minLength', 'maxLength', 'uniqueItems', 'contentEncoding', 'contentMediaType'],
]);

/** Words of `format` in the subset. */
export const FORMATS: ReadonlySet<JsonValue | undefined> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'],
]);

/** Looking around and back is not in the subset's regular expressions. */
export const BEYOND_PATTERN: RegExp = /\(\?(?:[=!]|<[=!])|\\[1-9k]/;
