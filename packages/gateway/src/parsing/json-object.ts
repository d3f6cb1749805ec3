import type { JsonObject } from '@majordomo/core';
import { object, type Parser } from './fields.ts';

/** A schema goes on as it came: which of its words a target takes is the target's to say. */
export const jsonObject: Parser<JsonObject> = (value, path) => object(value, path).value as JsonObject;
