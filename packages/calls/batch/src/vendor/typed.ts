import type { ChatResponse, JsonObject, ObjectSchema } from '@majordomo/core';
import { schemaMismatchError, readObject, unfinishedError } from '@majordomo/core/toolkit';
import type { AnyResponse } from '../record/stored-item.ts';

/** Throws if a chat's answer does not match the schema, as `generateObject` does. */
export async function checkAnswer(response: AnyResponse, output: JsonObject | undefined): Promise<void> {
  if (output !== undefined && !('vectors' in response)) await valueOf(response, output);
}

/** Returns the value of an answer. Throws `invalid-output` if it does not match the schema. */
export async function valueOf<T>(response: ChatResponse, output: ObjectSchema<T> | JsonObject): Promise<T> {
  const unfinished = unfinishedError(response);
  if (unfinished !== undefined) throw unfinished;
  const checked = await readObject<T>(response.text, output);
  if ('issues' in checked) throw schemaMismatchError(response, checked.issues);
  return checked.value;
}
