import { toJson } from './codec.ts';
import type { Message } from '../types/messages.ts';

/**
 * Returns a 128-bit hash over UTF-16 code units as 32 hexadecimal digits. It is equal in every process and not suitable for
 * secrets.
 */
export function hash128(text: string): string {
  let [a, b, c, d] = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit ^ (d >>> 15), 0x9e3779b1);
    b = Math.imul(b ^ unit ^ (a >>> 13), 0x85ebca6b);
    c = Math.imul(c ^ unit ^ (b >>> 16), 0xc2b2ae35);
    d = Math.imul(d ^ unit ^ (c >>> 14), 0x27d4eb2f);
  }
  // Every lane affects every other one, also for short strings.
  for (let round = 0; round < 4; round++) {
    a = mixed(a ^ d ^ text.length);
    b = mixed(b ^ a);
    c = mixed(c ^ b);
    d = mixed(d ^ c);
  }
  return [a, b, c, d].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

function mixed(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return twice ^ (twice >>> 16);
}

const messageHashes = new WeakMap<object, string>();

/** Returns the hash of a message or of tools, including bytes. It is cached by identity. */
export function hashOf(value: Message | readonly object[]): string {
  const known = messageHashes.get(value);
  if (known !== undefined) return known;
  const hash = hash128(JSON.stringify(toJson(value)));
  messageHashes.set(value, hash);
  return hash;
}
