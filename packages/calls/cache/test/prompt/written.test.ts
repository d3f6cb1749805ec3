import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { Conversations, NO_HOLDERS } from '../../src/prompt/holders.ts';

// Conversations of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const FOLDER = join(import.meta.dirname, 'written');
const FILE = join(FOLDER, '1.json');
const conversation = {
  holders: [{ target: 'a/m', count: 2, hash: 'h', held: 5000, input: 5100, output: 90, until: 300_000 }],
  awaySince: 12,
};

/** Returns the conversations in a store with these entries. */
function conversationsIn(entries: Map<string, unknown>): Conversations {
  const store = {
    get: async (key: string) => entries.get(key),
    set: async (key: string, value: unknown) => void entries.set(key, value),
    delete: async (key: string) => void entries.delete(key),
  };
  return new Conversations({ store, storeTimeoutMs: 1000, maxConversations: 10, clock: fakeClock(0) });
}

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', () => {
  const entries = new Map<string, unknown>();
  conversationsIn(entries).write('talk', conversation);
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
});

const files = readdirSync(FOLDER);
const entriesOf = (name: string): readonly (readonly [string, unknown])[] =>
  Object.entries(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Record<string, unknown>);

it.each(files)('reads the conversation of %s', async (name) => {
  const conversations = conversationsIn(new Map(entriesOf(name)));
  expect(await conversations.read('talk', new AbortController().signal)).toEqual(conversation);
});

it('ignores a conversation of another format, because the store is a cache', async () => {
  const later = entriesOf('1.json').map(([key, value]) => [key.replace('/1/', '/2/'), value] as const);
  const conversations = conversationsIn(new Map(later));
  expect(await conversations.read('talk', new AbortController().signal)).toEqual(NO_HOLDERS);
});
