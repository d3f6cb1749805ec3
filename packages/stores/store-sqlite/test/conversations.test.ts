import { DatabaseSync } from 'node:sqlite';
import { assistant, user, type Message } from '@majordomo/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS, APPLICATION_ID } from '../src/file/schema.ts';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();

/** Half of a surrogate pair. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const soup = [
  user('How do I cook Soupe à l’oignon?'),
  assistant('With onions, broth and a crust of Gruyère.'),
];

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

it('migrates a file of the first version with its data', async () => {
  const path = at('first.db');
  const file = new DatabaseSync(path);
  file.exec(`${MIGRATIONS[0]}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
  file.exec("INSERT INTO cache VALUES ('k', '\"value\"', NULL)");
  file.close();
  await using stores = sqliteStores(path);
  const messages: readonly Message[] = soup;
  await stores.conversations.save({ id: 'a', spec: 'lab/x', messages });
  expect(await stores.conversations.search('broth')).toHaveLength(1);
  const again = new DatabaseSync(path);
  expect(again.prepare("SELECT value FROM cache WHERE key = 'k'").get()).toEqual({ value: '"value"' });
  again.close();
});
