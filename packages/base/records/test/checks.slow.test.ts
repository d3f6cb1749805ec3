import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterPrefix } from '../src/index.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('the string after a prefix separates the strings with the prefix from those after them', () => {
  const text = fc.string({ unit: 'binary', maxLength: 3 });
  fc.assert(
    fc.property(text, text, (prefix, key) => {
      const after = afterPrefix(prefix);
      const isBefore = after === undefined || Buffer.compare(bytes(key), bytes(after)) < 0;
      expect(Buffer.compare(bytes(key), bytes(prefix)) >= 0 && isBefore).toBe(key.startsWith(prefix));
    }),
  );
});

test.each([
  ['', undefined],
  ['\u{10FFFF}', undefined],
  ['a\u{10FFFF}', 'b'],
  ['\uD7FF', '\uE000'],
])('the string after %j is %j', (prefix, after) => {
  expect(afterPrefix(prefix)).toBe(after);
});
