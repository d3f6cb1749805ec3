import type { AssistantPart, JsonObject } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/** Signature that Gemini accepts for a tool call of another model (Gemini's guide to thought signatures, 2026). */
export const UNSIGNED_CALL: JsonObject = {
  extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } },
};

/** Returns the property that the server sent with a call and requires in later requests, such as a thought signature. */
export function signatureOf({ replay }: AssistantPart, family: string | undefined): object | undefined {
  const extra = replay?.family === family ? asRecord(replay?.data)['extra_content'] : undefined;
  return extra === undefined ? undefined : { extra_content: extra };
}
