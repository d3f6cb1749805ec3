import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

/** Half of a surrogate pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;

describe('a search', () => {
  it('accepts any text, and finds texts by each word', async () => {
    await using stores = sqliteStores(at('search.db'));
    const { records } = stores;
    let next = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'grapheme' }),
        async (word, rest) => {
          const key = `p${next++}`;
          const texts = [`${rest} ${word} ${rest}`];
          await records.write('texts', [{ type: 'put', key, value: '{}', texts }]);
          const found = (await records.search?.('texts', word, 1000)) ?? [];
          for (const { excerpt } of found)
            expect(LONE_SURROGATE.test(excerpt)).toBe(LONE_SURROGATE.test(word));
          if (/^[\p{Script=Latin}]+$/u.test(word)) expect(found.map((hit) => hit.key)).toContain(key);
          await records.write('texts', [{ type: 'remove', key }]);
        },
      ),
      { numRuns: 200, seed: 20_261_121 },
    );
  });
});
