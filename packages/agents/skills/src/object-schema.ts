import type { JsonObject } from '@majordomo/core';

/** Returns the JSON Schema of an object with only these properties. By default, all of them are required. */
export const objectSchema = (
  properties: JsonObject,
  required: readonly string[] = Object.keys(properties),
): JsonObject => ({ type: 'object', properties, required, additionalProperties: false });
