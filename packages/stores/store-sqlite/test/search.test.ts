import { user } from '@majordomo/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

/** Half of a surrogate pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;

describe('a search', () => {
  it('accepts any text, and finds messages by each word', async () => {
    const conversations = sqliteStores(at('search.db')).conversations;
    let next = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'grapheme' }),
        async (word, rest) => {
          const id = `p${next++}`;
          await conversations.save({ id, spec: 'lab/x', messages: [user(`${rest} ${word} ${rest}`)] });
          const found = await conversations.search(word, Number.MAX_SAFE_INTEGER);
          for (const { excerpt } of found)
            expect(LONE_SURROGATE.test(excerpt)).toBe(LONE_SURROGATE.test(word));
          if (/^[\p{Script=Latin}]+$/u.test(word)) expect(found.map((hit) => hit.id)).toContain(id);
          await conversations.remove(id);
        },
      ),
      { numRuns: 200, seed: 20_261_121 },
    );
  });
});
