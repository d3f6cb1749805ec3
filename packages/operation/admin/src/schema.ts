import type { JsonObject } from '@majordomo/core';

/** JSON Schema of a string. */
export const text: JsonObject = { type: 'string' };

/** JSON Schema of a time in ISO 8601, such as `2026-12-31T23:59:59Z`. */
export const time: JsonObject = { type: 'string', format: 'date-time' };

/** Pattern of an amount in USD, which the ledger can book exactly. */
export const USD_PATTERN = '^\\d{1,9}(\\.\\d{1,9})?$';

/** Whether a text is an amount in USD. `checkFits` does not check patterns. */
export const isUsd = (amount: string): boolean => new RegExp(USD_PATTERN).test(amount);

/** Returns the JSON Schema of an object with required members and `optional` members. Its `required` is always set. */
export const object = (properties: JsonObject, optional: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
  additionalProperties: false,
});

/** Maximum number of keys or calls in one page. */
export const MAX_PAGE = 1000;
/** Number of keys or calls in a page, by default. */
export const DEFAULT_PAGE = 100;
