import type { JsonValue } from '@majordomo/core';

/** Keywords of OpenAI's strict subset whose values are not schemas (guide to structured outputs, 2026-11). */
export const SUPPORTED_KEYWORDS: ReadonlySet<string> = new Set([
  '$schema',
  'title',
  'description',
  'type',
  'enum',
  'const',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
]);

/** Keywords that the strict subset lacks and that restrict a value. `toStrict` drops any keyword that it does not know. */
export const UNSUPPORTED_KEYWORDS: ReadonlySet<string> = new Set([
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'dependentRequired',
  'dependencies',
  'nullable',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'unevaluatedProperties',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'minContains',
  'maxContains',
  '$dynamicRef',
  '$recursiveRef',
]);

/** Keywords that the strict subset lacks and that help the model. They are added to the description. */
export const HINT_KEYWORDS: ReadonlySet<string> = new Set([
  'default',
  'examples',
  'minLength',
  'maxLength',
  'uniqueItems',
  'contentEncoding',
  'contentMediaType',
]);

/** Values of `format` in the strict subset. */
export const FORMATS: ReadonlySet<JsonValue | undefined> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
]);

/** Matches lookarounds and back references, which regular expressions of the strict subset must not contain. */
export const UNSUPPORTED_PATTERN: RegExp = /\(\?(?:[=!]|<[=!])|\\[1-9k]/;
