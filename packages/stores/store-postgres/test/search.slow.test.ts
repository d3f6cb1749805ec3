import { describeWith } from '@majordomo/services';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'the search of records', () => {
  const { stores } = onPostgres();

  it('accepts any text, and finds it by any of its words', async () => {
    const { records } = stores();
    let next = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'grapheme' }),
        async (word, rest) => {
          const key = `p${next++}`;
          const texts = [`${rest} ${word} ${rest}`];
          const value = JSON.stringify(texts);
          await records.write('texts', [{ type: 'put', key, value, texts }]);
          expect((await records.get('texts', key))?.value).toBe(value);
          const found = (await records.search?.('texts', word, 1000)) ?? [];
          if (/^[\p{L}\p{N}]+$/u.test(word)) expect(found.map((hit) => hit.key)).toContain(key);
          await records.write('texts', [{ type: 'remove', key }]);
        },
      ),
      { numRuns: 100, seed: 20_261_123 },
    );
  }, 60_000);

  it('covers the beginning of very long texts', async () => {
    const { records } = stores();
    const words = Array.from({ length: 200_000 }, (_, number) => `w${number.toString(36)}`).join(' ');
    await records.write('long', [
      { type: 'put', key: 'long', value: '{}', texts: [`first ${words} last`] },
      { type: 'put', key: 'word', value: '{}', texts: ['가'.repeat(2_000_000)] },
    ]);
    const found = async (word: string) => (await records.search?.('long', word, 9))?.map(({ key }) => key);
    expect(await found('first')).toEqual(['long']);
    expect(await found('last')).toEqual([]);
    expect(await found('가'.repeat(400))).toEqual(['word']);
  });
});
