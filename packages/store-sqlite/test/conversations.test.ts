import { DatabaseSync } from 'node:sqlite';
import { assistant, user, type Message } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS, APPLICATION_ID } from '../src/file/schema.ts';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
let files = 0;

function two() {
  const path = at(`said-${files++}.db`);
  const clock = fakeClock(1_000_000);
  const open = () => sqliteStores(path, { clock }).conversations;
  return { clock, path, mine: open(), theirs: open() };
}

/** Half of a letter. */
const HALF = /\p{Surrogate}/u;

const soup = [
  user('How do I cook Soupe à l’oignon?'),
  assistant('With onions, broth and a crust of Gruyère.'),
];

describe('conversations', () => {
  it('come out as they went in, bytes and instructions included', async () => {
    const { mine, theirs } = two();
    const messages = [user('Look', { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2]) })];
    expect(await mine.save({ id: 'a', spec: 'lab/x', system: 'Be brief.', messages })).toBe(1);
    expect(await theirs.load('a')).toEqual({
      id: 'a',
      at: new Date(1_000_000),
      version: 1,
      spec: 'lab/x',
      title: 'Look',
      system: 'Be brief.',
      messages,
    });
    expect(await mine.load('b')).toBeUndefined();
  });

  it('grow, and forget what was taken back', async () => {
    const { mine } = two();
    await mine.save({ id: 'a', spec: 'lab/x', messages: soup });
    await mine.save({ id: 'a', spec: 'lab/y', messages: [...soup, user('And salt?')] }, 1);
    await mine.save({ id: 'a', spec: 'lab/y', messages: [soup[0]!, assistant('With patience.')] }, 2);
    expect((await mine.load('a'))?.messages).toEqual([soup[0], assistant('With patience.')]);
    expect(await mine.search('gruyere')).toEqual([]);
    expect(await mine.search('salt')).toEqual([]);
    expect(await mine.search('patience')).toHaveLength(1);
  });

  it('of another process are not overwritten', async () => {
    const { mine, theirs } = two();
    await mine.save({ id: 'a', spec: 'lab/x', messages: soup });
    await theirs.save({ id: 'a', spec: 'lab/x', messages: [...soup, user('theirs')] }, 1);
    await expect(
      mine.save({ id: 'a', spec: 'lab/x', messages: [...soup, user('mine')] }, 1),
    ).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('another process has saved it meanwhile'),
    });
    await expect(mine.save({ id: 'a', spec: 'lab/x', messages: soup })).rejects.toMatchObject({
      kind: 'denied',
    });
    expect((await mine.load('a'))?.messages.at(-1)).toEqual(user('theirs'));
  });

  it('are listed newest first, by how they begin', async () => {
    const { mine, clock } = two();
    await mine.save({ id: 'old', spec: 'lab/x', messages: soup });
    await clock.advance(5);
    await mine.save({ id: 'new', spec: 'lab/y', messages: [user(`  What\n is ${'very '.repeat(40)}long?`)] });
    const [first, second] = await mine.list();
    expect(first).toMatchObject({ id: 'new', at: new Date(1_000_005), spec: 'lab/y', messages: 1 });
    expect(first?.title).toMatch(/^What is very .*…$/);
    expect(first?.title).toHaveLength(80);
    expect(second).toMatchObject({ id: 'old', title: 'How do I cook Soupe à l’oignon?', messages: 2 });
    expect(await mine.list(1)).toHaveLength(1);
  });

  it('are not found after their removal', async () => {
    const { mine } = two();
    await mine.save({ id: 'a', spec: 'lab/x', messages: soup });
    expect(await mine.remove('a')).toBe(true);
    expect(await mine.remove('a')).toBe(false);
    expect(await mine.load('a')).toBeUndefined();
    expect(await mine.search('onions')).toEqual([]);
    expect(await mine.save({ id: 'a', spec: 'lab/x', messages: soup })).toBe(1);
  });
});

describe('a title', () => {
  const begun = async () => {
    const place = two();
    await place.mine.save({ id: 'a', spec: 'lab/x', messages: soup });
    return place;
  };

  it('of a user wins over one that a model was making meanwhile', async () => {
    const { mine, theirs } = await begun();
    const making = Promise.resolve('Cooking onion soup');
    expect(await mine.rename('a', 'Dinner on Sunday')).toBe(true);
    expect(await theirs.rename('a', await making, 'model')).toBe(false);
    expect((await theirs.load('a'))?.title).toBe('Dinner on Sunday');
  });

  it('of a model gives way to its next one, and to a user', async () => {
    const { mine } = await begun();
    for (const [title, by] of [
      ['Cooking', 'model'],
      ['Cooking onion soup', 'model'],
      ['Dinner', 'user'],
      ['Supper', 'user'],
    ] as const) {
      expect(await mine.rename('a', title, by)).toBe(true);
      expect((await mine.list())[0]?.title).toBe(title);
    }
  });

  it('stays when the conversation is saved, and is no save itself', async () => {
    const { mine, clock } = await begun();
    await clock.advance(5);
    await mine.rename('a', ' Dinner\non Sunday ');
    expect(await mine.save({ id: 'a', spec: 'lab/x', messages: [user('Else?')] }, 1)).toBe(2);
    expect(await mine.load('a')).toMatchObject({ title: 'Dinner on Sunday', version: 2 });
    expect(await mine.search('else')).toMatchObject([{ title: 'Dinner on Sunday' }]);
  });

  it('needs a conversation and words', async () => {
    const { mine } = await begun();
    expect(await mine.rename('b', 'Dinner')).toBe(false);
    await expect(mine.rename('a', ' \n')).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('a search', () => {
  it.each([
    ['ONION', 'without upper case, and by how a word begins'],
    ['gruyere', 'without accents'],
    ['broth crust', 'for all of the words'],
    ['"onions" (broth', 'where nothing is an operator'],
    ['Gruye\u0300re', 'however an accent is written'],
  ])('finds %s: %s', async (words) => {
    const { mine } = two();
    await mine.save({ id: 'a', spec: 'lab/x', messages: soup });
    await mine.save({ id: 'b', spec: 'lab/x', messages: [user('Something else and more')] });
    expect((await mine.search(words)).map(({ id }) => id)).toEqual(['a']);
  });

  it.each(['tiger', 'onions tiger', '', ' \n', '"', '***', 'NEAR(', '-onions*'])(
    'for %j does not fail',
    async (words) => {
      const { mine } = two();
      await mine.save({ id: 'a', spec: 'lab/x', messages: soup });
      expect((await mine.search(words)).length).toBe(words === '-onions*' ? 1 : 0);
    },
  );

  it('finds words of writings without spaces', async () => {
    const { mine } = two();
    await mine.save({ id: 'a', spec: 'lab/x', messages: [user('私は東京都に住んでいます')] });
    expect(await mine.search('東京')).toHaveLength(1);
    expect(await mine.search('京東')).toHaveLength(0);
  });

  it('returns each conversation once, best first, with an excerpt', async () => {
    const { mine } = two();
    const long = `${'Much is said before. '.repeat(20)}Then comes the Onion, and ${'more '.repeat(50)}`;
    await mine.save({ id: 'long', spec: 'lab/x', messages: [user(long), assistant(long)] });
    await mine.save({ id: 'short', spec: 'lab/x', messages: [user('onion')] });
    const found = await mine.search('onion');
    expect(found.map(({ id }) => id)).toEqual(['short', 'long']);
    expect(found[1]?.excerpt).toMatch(/^….*Then comes the Onion, and more .*…$/);
    expect(found[0]?.excerpt).toBe('onion');
  });

  it('accepts any text, and finds messages by any of its words', async () => {
    const { mine } = two();
    let next = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string({ unit: 'grapheme' }),
        async (word, rest) => {
          const id = `p${next++}`;
          await mine.save({ id, spec: 'lab/x', messages: [user(`${rest} ${word} ${rest}`)] });
          const found = await mine.search(word, Number.MAX_SAFE_INTEGER);
          for (const { excerpt } of found) expect(HALF.test(excerpt)).toBe(HALF.test(word));
          if (/^[\p{Script=Latin}]+$/u.test(word)) expect(found.map((hit) => hit.id)).toContain(id);
          await mine.remove(id);
        },
      ),
      { numRuns: 200, seed: 20_261_121 },
    );
  });
});

it('a file of the first version is brought forward with what is in it', async () => {
  const path = at('first.db');
  const file = new DatabaseSync(path);
  file.exec(`${MIGRATIONS[0]}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
  file.exec("INSERT INTO cache VALUES ('k', '\"kept\"', NULL)");
  file.close();
  await using stores = sqliteStores(path);
  const messages: readonly Message[] = soup;
  await stores.conversations.save({ id: 'a', spec: 'lab/x', messages });
  expect(await stores.conversations.search('broth')).toHaveLength(1);
  const again = new DatabaseSync(path);
  expect(again.prepare("SELECT value FROM cache WHERE key = 'k'").get()).toEqual({ value: '"kept"' });
  again.close();
});
