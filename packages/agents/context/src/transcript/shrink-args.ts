import type { JsonObject, JsonValue } from '@majordomo/core';
import { cutEnd } from './cut-middle.ts';

/** Length of arguments as JSON, and of a string in them, above which long strings are shortened. */
const LONG_ARGS = 500;
const LONG_TEXT = 200;

/** Returns the arguments with long strings shortened. The result is still valid JSON. */
export const shrinkArgs = (args: JsonObject): JsonObject =>
  JSON.stringify(args).length <= LONG_ARGS ? args : shrunkMembers(args);

const shrunkMembers = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, value === undefined ? undefined : shrunk(value)]),
  );

function shrunk(value: JsonValue): JsonValue {
  if (typeof value === 'string')
    return value.length <= LONG_TEXT ? value : `${cutEnd(value, LONG_TEXT)}… (${value.length} characters)`;
  if (typeof value !== 'object' || value === null) return value;
  return isList(value) ? value.map(shrunk) : shrunkMembers(value);
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
