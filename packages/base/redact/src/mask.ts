import { sha256Hex } from './sha256.ts';

/** Default mask. */
export const MASK = '[redacted]';
const WITH_FINGERPRINT = /^\[redacted:[0-9a-f]{12}\]/;
const MAX_MASK_LENGTH = '[redacted:0123456789ab]'.length;

/** Returns the function that replaces a secret with the default mask or with a salted fingerprint. */
export function maskWith(salt: string | undefined): (secret: string) => string {
  if (salt === undefined) return () => MASK;
  return (secret) => `[redacted:${sha256Hex(`${salt.length}:${salt}${secret}`).slice(0, 12)}]`;
}

/** Returns the length of the mask at this offset, `pending` if more text is needed, or `undefined` if no mask begins here. */
export function maskAt(text: string, at: number): number | 'pending' | undefined {
  // Exclude most brackets with a cheap check.
  if (at + 1 < text.length && text[at + 1] !== 'r') return undefined;
  const head = text.slice(at, at + MAX_MASK_LENGTH);
  if (head.startsWith(MASK)) return MASK.length;
  const [whole] = WITH_FINGERPRINT.exec(head) ?? [];
  if (whole !== undefined) return whole.length;
  const isBegun = MASK.startsWith(head) || /^\[redacted:[0-9a-f]{0,12}$/.test(head);
  return isBegun ? 'pending' : undefined;
}

/** Whether the value begins with a mask. In a URL, the bracket of the mask may be percent-encoded. */
export const beginsAsMask = (value: string): boolean => /^(?:\[|%5b)redacted(?:\]|%5d|:|%3a)/i.test(value);
