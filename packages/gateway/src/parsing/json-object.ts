import type { JsonObject } from '@majordomo/core';
import { object, type Parser } from './fields.ts';

/** Parses a JSON Schema without checking it: the target decides which keywords it accepts. */
export const jsonObject: Parser<JsonObject> = (value, path) => object(value, path).value as JsonObject;
