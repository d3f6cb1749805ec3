import type { AssistantPart, JsonObject, JsonValue, Replay } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import type { ChatQuirks } from './quirks.ts';
import type { ReasoningDetail } from './wire.ts';

/** Details whose signatures are those of a family that others read too. */
export type SignedDetails = Exclude<ChatQuirks['signedDetails'], 'none'>;

/** Do all details hold signatures that others read? */
export const areSigned = (details: readonly ReasoningDetail[], { format }: SignedDetails): boolean =>
  details.every((detail) => detail.format === format);

/**
 * The token of one block of reasoning: signed, it is the family's, and keeps the details as they came next to what the
 * family's other platforms read; without a signature nobody else takes it.
 */
export function signedReplay(details: readonly JsonObject[], own: string, { family }: SignedDetails): Replay {
  const [detail] = details;
  if (typeof detail?.['signature'] === 'string')
    return { family, data: { signature: detail['signature'], details } };
  if (detail?.['type'] === 'reasoning.encrypted' && typeof detail['data'] === 'string')
    return { family, data: { redacted: detail['data'], details } };
  return { family: own, data: details };
}

/** The details of a turn: as they came, or made of what another platform of the family has signed. */
export function detailsToWire(
  parts: readonly AssistantPart[],
  own: string,
  signed: ChatQuirks['signedDetails'],
): readonly JsonValue[] {
  const details: JsonValue[] = [];
  for (const { text, replay } of parts.filter((part) => part.type === 'reasoning')) {
    if (replay?.family === own && isList(replay.data)) details.push(...replay.data);
    else if (signed !== 'none' && replay?.family === signed.family)
      details.push(...signedDetails(text, replay.data, signed.format, details.length));
  }
  return details;
}

function signedDetails(text: string, data: JsonValue, format: string, index: number): readonly JsonValue[] {
  if (typeof data !== 'object' || data === null || isList(data)) return [];
  const { signature, redacted, details } = data;
  if (isList(details)) return details;
  if (typeof signature === 'string') return [{ type: 'reasoning.text', text, signature, format, index }];
  return typeof redacted === 'string' ? [{ type: 'reasoning.encrypted', data: redacted, format, index }] : [];
}
