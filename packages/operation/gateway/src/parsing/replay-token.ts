import type { JsonValue, Replay } from '@majordomo/core';
import { asRecord, CLAUDE_FAMILY, fromBase64, isRecord, isTooDeep, toBase64 } from '@majordomo/core/toolkit';

/** Prefix of tokens that the gateway wrote. A token without this prefix is one of Claude's signatures. */
const MARK = 'majordomo.1.';

/**
 * Members that a token must not have, because they describe tools that a vendor runs. A gateway does not support such tools, and
 * a forged token could refer to data of another user of the account.
 */
const NEVER: readonly string[] = ['item', 'messages', 'caller', 'block'];

/** Members that a Gemini part in a token may have. Other members could refer to files of the account, calls or results. */
const BARE: readonly string[] = ['text', 'thought', 'thoughtSignature'];

/** Returns a replay token as one opaque string for the client's transcript. Returns Claude's signatures unchanged. */
export function tokenText(replay: Replay | undefined): string | undefined {
  if (replay === undefined || !isAllowed(replay.data)) return undefined;
  const { signature } = asRecord(replay.data);
  if (replay.family === CLAUDE_FAMILY && typeof signature === 'string') return signature;
  return MARK + toBase64(new TextEncoder().encode(JSON.stringify([replay.family, replay.data])));
}

/** Whether the token has the prefix of the gateway. */
export const isGatewayToken = (text: string): boolean => text.startsWith(MARK);

/** Returns the JSON in a token that the gateway wrote, or `undefined` for another string. */
export function tokenJson(text: string): string | undefined {
  if (!isGatewayToken(text)) return undefined;
  try {
    return new TextDecoder().decode(fromBase64(text.slice(MARK.length)));
  } catch {
    return undefined;
  }
}

/** Parses a string of `tokenText`. Returns `undefined` for an empty or invalid string. */
export function tokenOf(text: string): Replay | undefined {
  if (text === '') return undefined;
  if (!isGatewayToken(text)) return { family: CLAUDE_FAMILY, data: { signature: text } };
  try {
    const [family, data] = JSON.parse(tokenJson(text) ?? '') as [unknown, JsonValue | undefined];
    if (typeof family !== 'string' || data === undefined) return undefined;
    return isAllowed(data) && !isTooDeep(data) ? { family, data } : undefined;
  } catch {
    return undefined;
  }
}

function isAllowed(data: JsonValue): boolean {
  // Providers read only the members of an object, so other data has no effect.
  if (!isRecord(data)) return true;
  const hasForbiddenMember = NEVER.some((key) => Object.hasOwn(data, key));
  return !hasForbiddenMember && isBare(data['part']);
}

const isBare = (part: unknown): boolean =>
  part === undefined ||
  (isRecord(part) &&
    Object.entries(part).every(([key, value]) => BARE.includes(key) && typeof value !== 'object'));
