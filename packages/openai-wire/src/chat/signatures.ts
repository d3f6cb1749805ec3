import type { AssistantPart, JsonObject } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/** Gemini's own word for a call that it did not sign (its guide to thought signatures, 2026). */
export const NOT_OURS: JsonObject = {
  extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } },
};

/** What the server put next to a call and wants to see again, such as a thought signature. */
export function signatureOf({ replay }: AssistantPart, family: string | undefined): object | undefined {
  const extra = replay?.family === family ? asRecord(replay?.data)['extra_content'] : undefined;
  return extra === undefined ? undefined : { extra_content: extra };
}
