import type { JsonObject } from '@majordomo/core';
import { record, type Read } from './read.ts';

/** A schema goes on as it came: which of its words a target takes is the target's to say. */
export const jsonObject: Read<JsonObject> = (value, path) => record(value, path).value as JsonObject;
