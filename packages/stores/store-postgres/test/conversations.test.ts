import { user } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { onPostgres } from './support/stores.ts';

describeWith('postgres', 'conversations', () => {
  const { client, stores } = onPostgres();

  it('accept any text, and are found by any of its words', async () => {
    const { conversations } = stores();
    let next = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'grapheme' }),
        async (word, rest) => {
          const id = `p${next++}`;
          const messages = [user(`${rest} ${word} ${rest}`)];
          await conversations.save({ id, spec: 'lab/x', messages });
          expect((await conversations.load(id))?.messages).toEqual(messages);
          const found = await conversations.search(word, Number.MAX_SAFE_INTEGER);
          if (/^[\p{L}\p{N}]+$/u.test(word)) expect(found.map((hit) => hit.id)).toContain(id);
          await conversations.remove(id);
        },
      ),
      { numRuns: 100, seed: 20_261_123 },
    );
  }, 60_000);

  it('index the beginning of very long messages', async () => {
    const { conversations } = stores();
    const words = Array.from({ length: 200_000 }, (_, number) => `w${number.toString(36)}`).join(' ');
    await conversations.save({ id: 'long', spec: 'lab/x', messages: [user(`first ${words} last`)] });
    await conversations.save({ id: 'word', spec: 'lab/x', messages: [user('가'.repeat(2_000_000))] });
    expect(await conversations.search('first')).toHaveLength(1);
    expect(await conversations.search('last')).toHaveLength(0);
    expect(await conversations.search('가'.repeat(400))).toHaveLength(1);
  });

  it('write only the messages that changed', async () => {
    const { conversations } = stores({ schema: 'changed' });
    await conversations.save({ id: 'a', spec: 'lab/x', messages: [user('one'), user('two')] });
    const rows = () =>
      client().query('SELECT place, xmin::text FROM changed.conversation_messages ORDER BY place');
    const before = await rows();
    await conversations.save({ id: 'a', spec: 'lab/x', messages: [user('one'), user('2'), user('3')] }, 1);
    const after = await rows();
    expect(after[0]).toEqual(before[0]);
    expect(after[1]).not.toEqual(before[1]);
    expect(after).toHaveLength(3);
  });
});
