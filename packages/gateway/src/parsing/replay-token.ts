import type { JsonValue, Replay } from '@majordomo/core';
import {
  asRecord,
  CLAUDE_FAMILY,
  currentFamily,
  fromBase64,
  isRecord,
  isTooDeep,
  toBase64,
} from '@majordomo/core/toolkit';

/** Prefix of tokens that the gateway wrote. A token without it is a signature of Claude. */
const MARK = 'majordomo.1.';

/**
 * Blocks and items of tools that run at a vendor. No client of a gateway can have such tools, and a forged token
 * could name data of another user of the account.
 */
const NEVER: readonly string[] = ['item', 'messages', 'caller', 'block'];

/** Allowed members of a part from Gemini: a signature, but no file of the account, call or result. */
const BARE: readonly string[] = ['text', 'thought', 'thoughtSignature'];

/** A replay token as one opaque text for the client's transcript: Claude's signature as it is, others with their family. */
export function tokenText(replay: Replay | undefined): string | undefined {
  if (replay === undefined || !isAllowed(replay.data)) return undefined;
  const { signature } = asRecord(replay.data);
  if (replay.family === CLAUDE_FAMILY && typeof signature === 'string') return signature;
  return MARK + toBase64(new TextEncoder().encode(JSON.stringify([replay.family, replay.data])));
}

/** Did the gateway write it? */
export const isOurs = (text: string): boolean => text.startsWith(MARK);

/** The token of such a text; `undefined` for an empty one, and for one that was changed on the way. */
export function tokenOf(text: string): Replay | undefined {
  if (text === '') return undefined;
  if (!isOurs(text)) return { family: CLAUDE_FAMILY, data: { signature: text } };
  try {
    const [family, data] = JSON.parse(new TextDecoder().decode(fromBase64(text.slice(MARK.length)))) as [
      unknown,
      JsonValue,
    ];
    return typeof family === 'string' && isAllowed(data) && !isTooDeep(data)
      ? { family: currentFamily(family), data }
      : undefined;
  } catch {
    return undefined;
  }
}

const isAllowed = (data: JsonValue): boolean =>
  !isRecord(data) || (NEVER.every((key) => !Object.hasOwn(data, key)) && isBare(data['part']));

const isBare = (part: unknown): boolean =>
  part === undefined ||
  (isRecord(part) &&
    Object.entries(part).every(([key, value]) => BARE.includes(key) && typeof value !== 'object'));
