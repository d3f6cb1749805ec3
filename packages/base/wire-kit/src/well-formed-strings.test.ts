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

test('returns the same strings as wellFormedJson', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (value) => {
      expect(JSON.stringify(wellFormedStrings(value))).toBe(wellFormedJson(JSON.stringify(value)));
    }),
    { numRuns: 100, seed: 20_261_120 },
  );
});
