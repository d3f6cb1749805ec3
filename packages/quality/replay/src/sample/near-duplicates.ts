import type { ChatRequest } from '@majordomo/core';
import { fnv1a, toJsonSchema } from '@majordomo/core/toolkit';
import { digest } from '@majordomo/evals/internal';
import { lastUserText } from './features.ts';

/** Number of different bits up to which two texts are near duplicates. */
const MAX_BITS = 3;
const GRAM = 4;
/** Number of characters from which texts may be near duplicates. Shorter texts must be equal, such as `yes` and `no`. */
const LEAST_CHARACTERS = 32;
/** Number of characters at the beginning and at the end of a text that may differ in some places. The middle must be equal. */
const END_CHARACTERS = 2000;
const HALF = 32;

/** Short description of a request by which near duplicates are found. */
export interface Fingerprint {
  /** Digest of the request without its last user text, so that two steps of one run are not duplicates. */
  readonly group: string;
  /** Digest of the last user text in lower case, with `0` for each digit and a single space for each run of spaces. */
  readonly text: string;
  /** SimHashes of the beginning and of the end of the text. `undefined` for a short text. */
  readonly ends: readonly [Bits, Bits] | undefined;
  /** Digest of the text between both ends. */
  readonly middle: string;
}

/** 64 bits as two numbers. */
type Bits = readonly [number, number];

/** Returns the fingerprint of a request. */
export function fingerprintOf(request: ChatRequest): Fingerprint {
  const { system, tools = [], output, messages } = request;
  const schemas = tools.map(({ name, parameters }) => [name, toJsonSchema(parameters, `tool ${name}`)]);
  const text = lastUserText(request).toLowerCase().replace(/\d/g, '0').replace(/\s+/g, ' ').trim();
  const rest = text.slice(END_CHARACTERS);
  return {
    group: digest([system, schemas, output, withoutLastText(messages)], 16),
    text: digest(text, 16),
    ends:
      text.length < LEAST_CHARACTERS
        ? undefined
        : [simHash(text.slice(0, END_CHARACTERS)), simHash(rest.slice(-END_CHARACTERS))],
    middle: digest(rest.slice(0, -END_CHARACTERS), 16),
  };
}

/** Returns the messages without the text of the last user message. Its images and files stay. */
function withoutLastText(messages: ChatRequest['messages']): readonly unknown[] {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, place) =>
    place === at ? message.parts.filter(({ type }) => type !== 'text') : message,
  );
}

/** Whether two requests are equal, or differ in few characters of a long text. */
export function areNear(a: Fingerprint, b: Fingerprint): boolean {
  if (a.group !== b.group) return false;
  if (a.text === b.text) return true;
  if (a.ends === undefined || b.ends === undefined || a.middle !== b.middle) return false;
  return distance(a.ends[0], b.ends[0]) <= MAX_BITS && distance(a.ends[1], b.ends[1]) <= MAX_BITS;
}

/** Returns the SimHash of a text: each bit is the majority of the bits of the hashes of its 4-grams. */
function simHash(text: string): Bits {
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

const distance = (a: Bits, b: Bits): number => countOf(a[0] ^ b[0]) + countOf(a[1] ^ b[1]);

function countOf(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
