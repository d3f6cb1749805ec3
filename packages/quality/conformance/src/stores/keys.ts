import type { KeyRecord, KeyStore } from '@majordomo/admin';
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { type StoreCase, until } from './store-case.ts';

/** Two stores that share initially empty data, like stores of two processes. For a store in memory, both are the same store. */
export type KeyStores = readonly [mine: KeyStore, theirs: KeyStore];

/** Returns a text that has the form of a digest. */
const fakeSha256 = (text: string): string => text.repeat(64).slice(0, 64);

const key = (id: string, changes: Partial<KeyRecord> = {}): KeyRecord => ({
  id,
  name: `key ${id}`,
  tenant: undefined,
  models: undefined,
  limits: [],
  metadata: {},
  admin: false,
  lastFour: 'abcd',
  createdAt: '2026-11-23T12:00:00.000Z',
  rotatedAt: undefined,
  expiresAt: undefined,
  revokedAt: undefined,
  hashes: [],
  version: 1,
  ...changes,
});

/** Returns a record without its undefined members, because stores that use JSON omit them. */
const plain = (record: KeyRecord | undefined): unknown => record && JSON.parse(JSON.stringify(record));

/** Whether an error is a conflict. Throws if it is another error, so that the difference is shown. */
const isConflict = (error: {
  readonly kind: string;
  readonly details: { readonly code?: string };
}): boolean => {
  deepEqual([error.kind, error.details.code], ['denied', 'conflict']);
  return true;
};

const STRINGS: readonly string[] = [
  '\0',
  'a\0b',
  '\uD800',
  'x\uDC00',
  '\\u0000',
  '😀',
  "'",
  '"',
  '\n',
  'ü'.repeat(1000),
];

/** Cases that every store of keys must pass, for any test runner. */
export const keyStoreConformance: readonly StoreCase<KeyStores>[] = [
  {
    name: 'returns a key by its id and by each of its hashes, whatever its state',
    async run(create) {
      const [mine, theirs] = await create();
      const record = key('a', {
        tenant: 'acme',
        models: ['x'],
        limits: [{ max: { usd: '5.00' }, per: 'day', zone: 'Europe/Berlin' }],
        metadata: { team: 'search' },
        revokedAt: '2026-11-23T12:00:01.000Z',
        hashes: [{ sha256: fakeSha256('1') }, { sha256: fakeSha256('2'), until: '2026-11-23T12:00:02.000Z' }],
      });
      await mine.put(record);
      for (const found of [
        await theirs.get('a'),
        await theirs.find(fakeSha256('1')),
        await theirs.find(fakeSha256('2')),
      ])
        deepEqual(plain(found), plain(record));
      deepEqual([await mine.get('b'), await mine.find(fakeSha256('3'))], [undefined, undefined]);
    },
  },
  {
    name: 'rejects a version that does not follow the stored one, and stores nothing',
    async run(create) {
      const [mine, theirs] = await create();
      await rejects(mine.put(key('a', { version: 2 })), isConflict);
      await mine.put(key('a'));
      await rejects(theirs.put(key('a', { name: 'again' })), isConflict);
      await theirs.put(key('a', { version: 2, name: 'second' }));
      await rejects(mine.put(key('a', { version: 2, hashes: [{ sha256: fakeSha256('1') }] })), isConflict);
      await rejects(mine.put(key('a', { version: 4 })), isConflict);
      equal((await mine.get('a'))?.name, 'second');
      equal(await mine.find(fakeSha256('1')), undefined);
    },
  },
  {
    name: 'accepts one of several parallel changes',
    async run(create) {
      const stores = await create();
      await stores[0].put(key('a'));
      const changes = Array.from({ length: 20 }, (_, number) =>
        stores[number % 2 === 0 ? 0 : 1].put(key('a', { version: 2, name: `${number}` })),
      );
      const settled = await Promise.allSettled(changes);
      equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
      const winner = settled.findIndex(({ status }) => status === 'fulfilled');
      equal((await stores[1].get('a'))?.name, `${winner}`);
    },
  },
  {
    name: 'forgets the hashes that a change removes',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.put(key('a', { hashes: [{ sha256: fakeSha256('1') }] }));
      await mine.put(
        key('a', { version: 2, hashes: [{ sha256: fakeSha256('2') }, { sha256: fakeSha256('1') }] }),
      );
      equal((await theirs.find(fakeSha256('1')))?.id, 'a');
      await mine.put(
        key('a', { version: 3, hashes: [{ sha256: fakeSha256('3') }, { sha256: fakeSha256('2') }] }),
      );
      equal(await theirs.find(fakeSha256('1')), undefined);
      equal((await theirs.find(fakeSha256('2')))?.version, 3);
    },
  },
  {
    name: 'rejects a hash of another key',
    async run(create) {
      const [mine, theirs] = await create();
      await mine.put(key('a', { hashes: [{ sha256: fakeSha256('1') }] }));
      await rejects(
        theirs.put(key('b', { hashes: [{ sha256: fakeSha256('2') }, { sha256: fakeSha256('1') }] })),
        isConflict,
      );
      deepEqual([await mine.get('b'), await mine.find(fakeSha256('2'))], [undefined, undefined]);
      equal((await theirs.find(fakeSha256('1')))?.id, 'a');
    },
  },
  {
    name: 'lists keys newest first, in pages and by tenant, and nothing after an unknown key',
    async run(create) {
      const [mine, theirs] = await create();
      // Two keys each are equally old. Among them, the greater id is first.
      for (const [number, id] of ['c', 'a', 'b', 'd', 'e'].entries())
        await mine.put(
          key(id, {
            createdAt: `2026-11-23T12:00:0${Math.floor(number / 2)}.000Z`,
            tenant: number % 2 === 0 ? 'even' : 'odd',
          }),
        );
      const ids = async (query: Parameters<KeyStore['list']>[0]) =>
        (await theirs.list(query)).map(({ id }) => id);
      deepEqual(await ids({}), ['e', 'd', 'b', 'c', 'a']);
      deepEqual(await ids({ limit: 2 }), ['e', 'd']);
      deepEqual(await ids({ limit: 2, after: 'd' }), ['b', 'c']);
      deepEqual(await ids({ limit: 2, after: 'c' }), ['a']);
      deepEqual(await ids({ after: 'a' }), []);
      deepEqual(await ids({ tenant: 'even' }), ['e', 'b', 'c']);
      deepEqual(await ids({ tenant: 'even', limit: 1, after: 'e' }), ['b']);
      deepEqual(await ids({ tenant: 'none' }), []);
      deepEqual(await ids({ after: 'unknown' }), []);
    },
  },
  {
    name: 'stores strings with any character',
    async run(create) {
      const [mine, theirs] = await create();
      for (const [number, text] of STRINGS.entries()) {
        const record = key(`k${number}`, { name: text, tenant: text, metadata: { [`m${number}`]: text } });
        await mine.put(record);
        deepEqual(plain(await theirs.get(record.id)), plain(record));
        deepEqual(
          (await theirs.list({ tenant: text })).map(({ id }) => id),
          [record.id],
        );
      }
    },
  },
  {
    name: 'reports changes of other processes while it is watched, if it can be watched',
    async run(create) {
      const [mine, theirs] = await create();
      const changed: (string | undefined)[] = [];
      const stop = await mine.watch?.((id) => changed.push(id));
      if (stop === undefined) return;
      await theirs.put(key('a'));
      await until(async () => changed.includes('a'), 'the change is reported');
      await stop();
    },
  },
];
