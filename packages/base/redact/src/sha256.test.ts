import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256Hex } from './sha256.ts';

test('the digest is that of every other implementation', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(sha256Hex(text)).toBe(createHash('sha256').update(text).digest('hex'));
    }),
    { seed: 20_261_120 },
  );
});

test('a message of any length fills its last block correctly', () => {
  const texts = Array.from({ length: 200 }, (_, length) => 'a'.repeat(length));
  expect(texts.map(sha256Hex)).toEqual(texts.map((text) => createHash('sha256').update(text).digest('hex')));
});
