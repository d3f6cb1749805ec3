import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wellFormedJson, wellFormedStrings } from './transcript.ts';

test('a value without half pairs is itself', () => {
  const value = { a: ['🌍', { b: 1 }], bytes: Uint8Array.of(1), none: null };
  expect(wellFormedStrings(value)).toBe(value);
});

test('only what holds one is made anew', () => {
  const kept = { b: 'x' };
  const bytes = Uint8Array.of(1, 2);
  const clean = wellFormedStrings({ kept, bytes, list: ['a', '\ud83d', '\udc00b'] });
  expect(clean).toEqual({ kept, bytes, list: ['a', '\ufffd', '\ufffdb'] });
  expect(clean.kept).toBe(kept);
  expect(clean.bytes).toBe(bytes);
});

test('says what the JSON of it would', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string({ unit: 'binary' })), (value) => {
      expect(JSON.stringify(wellFormedStrings(value))).toBe(wellFormedJson(JSON.stringify(value)));
    }),
    { numRuns: 300, seed: 20_261_120 },
  );
});
