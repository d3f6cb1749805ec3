import type { ChatRequest } from '@majordomo/core';
import { fnv1a, toJsonSchema } from '@majordomo/core/toolkit';
import { digest } from '../../json.ts';
import { lastUserText } from './features.ts';

/** Number of different bits up to which two texts are near duplicates. */
const MAX_BITS = 3;
const GRAM = 4;
/** Maximum number of characters of a text that is compared. */
const MAX_CHARACTERS = 2000;
const HALF = 32;

/** Short description of a request by which near duplicates are found. */
export interface Fingerprint {
  /** Digest of the request without its last user text, so that two steps of one run are not duplicates. */
  readonly group: string;
  /** Digest of the last user text without digits and differences of spaces and case. */
  readonly text: string;
  /** SimHash of the text: two numbers of 32 bits. */
  readonly bits: readonly [number, number];
}

/** Returns the fingerprint of a request. */
export function fingerprintOf(request: ChatRequest): Fingerprint {
  const { system, tools = [], output, messages } = request;
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const schemas = tools.map(({ name, parameters }) => [name, toJsonSchema(parameters, `tool ${name}`)]);
  const text = lastUserText(request).toLowerCase().replace(/\d/g, '0').replace(/\s+/g, ' ').trim();
  return {
    group: digest([system, schemas, output, messages.toSpliced(last, 1)], 16),
    text: digest(text, 16),
    bits: simHash(text.slice(0, MAX_CHARACTERS)),
  };
}

/** Whether two requests are equal, or differ in few characters of a long text. */
export const areNear = (a: Fingerprint, b: Fingerprint): boolean =>
  a.group === b.group && (a.text === b.text || distance(a.bits, b.bits) <= MAX_BITS);

/** Returns the SimHash of a text: each bit is the majority of the bits of the hashes of its 4-grams. */
function simHash(text: string): readonly [number, number] {
  const votes = new Int32Array(2 * HALF);
  for (let at = 0; at + GRAM <= text.length; at++) {
    const gram = text.slice(at, at + GRAM);
    const hash = fnv1a(gram);
    const hashes = [mixed(hash), mixed(hash ^ SECOND)];
    for (let bit = 0; bit < 2 * HALF; bit++) {
      const half = hashes[bit < HALF ? 0 : 1] ?? 0;
      votes[bit] = (votes[bit] ?? 0) + (((half >>> (bit % HALF)) & 1) === 1 ? 1 : -1);
    }
  }
  const half = (from: number): number => {
    let bits = 0;
    for (let bit = 0; bit < HALF; bit++) if ((votes[from + bit] ?? 0) > 0) bits |= 1 << bit;
    return bits >>> 0;
  };
  return [half(0), half(HALF)];
}

/** Number that makes the second half of the bits independent of the first half. */
const SECOND = 0x9e3779b9;

/** Distributes the bits of a hash, so that each bit depends on all bits (the finalizer of MurmurHash3). */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

const distance = (a: readonly [number, number], b: readonly [number, number]): number =>
  countOf(a[0] ^ b[0]) + countOf(a[1] ^ b[1]);

function countOf(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
