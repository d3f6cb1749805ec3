import { joinedBytes } from '@majordomo/core/provider';

/** Deeper than anything that is looked at, and shallow enough for the SDK, which reads values by recursion. */
const MOST_LEVELS = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const ZERO = 0x30;

/** JSON without what is nested too deep in it: a `0` stands there. The same bytes where nothing is. */
export function shallowJson(json: Uint8Array): Uint8Array {
  if (json.length <= MOST_LEVELS) return json;
  const kept: Uint8Array[] = [];
  let level = 0;
  let from = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (byte === QUOTE) at = endOfString(json, at);
    else if (OPEN.has(byte) && ++level === MOST_LEVELS + 1)
      kept.push(json.subarray(from, at), Uint8Array.of(ZERO));
    else if (CLOSE.has(byte) && --level === MOST_LEVELS) from = at + 1;
  }
  // Of a text that was cut, the rest stays away: it is no JSON either way.
  if (kept.length === 0) return json;
  if (level <= MOST_LEVELS) kept.push(json.subarray(from));
  return joinedBytes(kept);
}

function endOfString(json: Uint8Array, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === QUOTE) return at;
    if (json[at] === BACKSLASH) at++;
  }
  return json.length;
}
