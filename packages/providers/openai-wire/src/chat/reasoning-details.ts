import type { AssistantPart, JsonObject, JsonValue, Replay } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import type { ChatQuirks } from './quirks.ts';
import type { ReasoningDetail } from './wire.ts';

/** Format and model family of signed reasoning that other platforms also accept. */
export type SignedDetails = Exclude<ChatQuirks['signedDetails'], 'none'>;

/** Whether all details have the format of signed reasoning. */
export const haveFormat = (details: readonly ReasoningDetail[], { format }: SignedDetails): boolean =>
  details.every((detail) => detail.format === format);

/**
 * Returns the replay data of one block of reasoning. Every platform of the model family can read the data of a signed block. The
 * data contains the original details, and the signature under the name that the other platforms use. Only this server can read
 * the data of an unsigned block.
 */
export function signedReplay(
  details: readonly JsonObject[],
  ownFamily: string,
  { family }: SignedDetails,
): Replay {
  const [detail] = details;
  if (typeof detail?.['signature'] === 'string')
    return { family, data: { signature: detail['signature'], details } };
  if (detail?.['type'] === 'reasoning.encrypted' && typeof detail['data'] === 'string')
    return { family, data: { redacted: detail['data'], details } };
  return { family: ownFamily, data: details };
}

/** Returns the details of a turn: the original ones, or those created from the replay data of another platform of the family. */
export function detailsToWire(
  parts: readonly AssistantPart[],
  ownFamily: string,
  signed: ChatQuirks['signedDetails'],
): readonly JsonValue[] {
  const details: JsonValue[] = [];
  for (const { text, replay } of parts.filter((part) => part.type === 'reasoning')) {
    if (replay?.family === ownFamily && isList(replay.data)) details.push(...replay.data);
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
