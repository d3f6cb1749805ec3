import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wellFormedJson, wellFormedStrings } from './transcript.ts';

test('returns a value without lone surrogates unchanged', () => {
  const value = { a: ['🌍', { b: 1 }], bytes: Uint8Array.of(1), none: null };
  expect(wellFormedStrings(value)).toBe(value);
});

test('copies only the objects that contain one', () => {
  const unchanged = { b: 'x' };
  const bytes = Uint8Array.of(1, 2);
  const clean = wellFormedStrings({ unchanged, bytes, list: ['a', '\ud83d', '\udc00b'] });
  expect(clean).toEqual({ unchanged, bytes, list: ['a', '\ufffd', '\ufffdb'] });
  expect(clean.unchanged).toBe(unchanged);
  expect(clean.bytes).toBe(bytes);
});

/** Text of any UTF-16 code units, so that it also contains lone surrogates. */
const text = fc
  .array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((units) => String.fromCharCode(...units));

test('returns the same strings as wellFormedJson', () => {
  fc.assert(
    fc.property(fc.array(text), (value) => {
      expect(wellFormedStrings(value)).toEqual(JSON.parse(wellFormedJson(JSON.stringify(value))));
    }),
    { numRuns: 300, seed: 20_261_120 },
  );
});
