import { sha256Hex } from './sha256.ts';

/** What stands where a secret stood. */
export const MASK = '[redacted]';
const WITH_FINGERPRINT = /^\[redacted:[0-9a-f]{12}\]/;
const MAX_MASK_LENGTH = MASK.length + 13;

/** Makes what a secret is replaced by: the same word everywhere, or one by which the same secret is known again. */
export function maskWith(salt: string | undefined): (secret: string) => string {
  if (salt === undefined) return () => MASK;
  return (secret) => `[redacted:${sha256Hex(`${salt.length}:${salt}${secret}`).slice(0, 12)}]`;
}

/** The length of the mask that begins here; `pending` where the text ends too early to tell. */
export function maskAt(text: string, at: number): number | 'pending' | undefined {
  // Brackets are frequent, masks are not.
  if (at + 1 < text.length && text[at + 1] !== 'r') return undefined;
  const head = text.slice(at, at + MAX_MASK_LENGTH);
  if (head.startsWith(MASK)) return MASK.length;
  const [whole] = WITH_FINGERPRINT.exec(head) ?? [];
  if (whole !== undefined) return whole.length;
  const isBegun = MASK.startsWith(head) || /^\[redacted:[0-9a-f]{0,12}$/.test(head);
  return isBegun ? 'pending' : undefined;
}

/** The secret may stand where it is read as an address, where a bracket is written as `%5B`. */
export const beginsAsMask = (value: string): boolean => /^(?:\[|%5b)redacted(?:\]|%5d|:|%3a)/i.test(value);
