import { createKeys, type IssuedKey, type KeyQuery, type Keys } from '@majordomo/admin';
import { LlmError, systemClock } from '@majordomo/core';
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { type FeatureCase, type Pair, UNUSUAL_NAMES } from './feature-case.ts';

/** Creates the keys of two processes. */
const both = ([mine, theirs]: Pair) =>
  [createKeys({ records: mine }), createKeys({ records: theirs })] as const;

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 10, 23, 12);

const STRINGS = UNUSUAL_NAMES.filter((name) => name.length <= 100);
/** Length of `mj_` and of the key's id at the start of a secret. */
const ID_END = 19;

/** Whether keys accept each secret. */
const accepted = async (keys: Keys, issued: readonly IssuedKey[]): Promise<readonly boolean[]> => {
  const results: boolean[] = [];
  for (const { secret } of issued) {
    const request = new Request('http://localhost/', { headers: { authorization: `Bearer ${secret}` } });
    results.push((await keys.authorize(request)) !== undefined);
  }
  return results;
};

/** Returns keys without their undefined members, which JSON omits. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const isConflict = (error: unknown): boolean =>
  LlmError.is(error, 'denied') && error.details.code === 'conflict';

/** Cases of virtual keys. */
export const keyCases: readonly FeatureCase[] = [
  {
    name: 'keys: returns a key as it was written, and accepts its secrets until it is revoked',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const first = await mine.create({
        name: 'search',
        tenant: 'acme',
        models: ['x'],
        limits: [{ max: { usd: '5.00' }, per: 'day', zone: 'Europe/Berlin' }],
        metadata: { team: 'search' },
        expiresAt: new Date(Date.now() + DAY_MS),
      });
      deepEqual(plain(await theirs.get(first.key.id)), plain(first.key));
      const second = await mine.rotate(first.key.id, { graceMs: DAY_MS });
      deepEqual(plain(await theirs.get(first.key.id)), plain(second.key));
      deepEqual(await accepted(theirs, [first, second]), [true, true]);
      const revoked = await mine.revoke(first.key.id);
      deepEqual(plain(await theirs.get(first.key.id)), plain(revoked));
      deepEqual(await accepted(theirs, [first, second]), [false, false]);
      equal(await mine.get('key_0'), undefined);
      deepEqual(await accepted(mine, [{ ...first, secret: `mj_${'a'.repeat(43)}` }]), [false]);
    },
  },
  {
    name: 'keys: accepts the last two secrets of a key, and no secret of another key',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const other = await theirs.create({ name: 'b' });
      const first = await mine.create({ name: 'a' });
      const { id } = first.key;
      const second = await theirs.rotate(id, { graceMs: DAY_MS });
      const third = await mine.rotate(id, { graceMs: DAY_MS });
      deepEqual(await accepted(theirs, [first, second, third]), [false, true, true]);
      // The first characters of a secret belong to its key, the others prove it.
      const secret = third.secret.slice(0, ID_END) + other.secret.slice(ID_END);
      const mixed = { ...other, secret };
      deepEqual(await accepted(theirs, [mixed, other]), [false, true]);
    },
  },
  {
    name: 'keys: rejects a change of a key that another process has changed since it was read',
    async run(stores) {
      const [mine, theirs] = both(stores);
      const first = await theirs.create({ name: 'a' });
      const { id } = first.key;
      let isRead = false;
      const late = createKeys({
        records: {
          ...stores[0],
          async get(space, key) {
            const record = await stores[0].get(space, key);
            if (!isRead) await theirs.update(id, { name: 'second' });
            isRead = true;
            return record;
          },
        },
      });
      await rejects(late.rotate(id), isConflict);
      equal((await mine.get(id))?.name, 'second');
      deepEqual(await accepted(mine, [first]), [true]);
      isRead = false;
      equal((await late.revoke(id)).status, 'revoked');
    },
  },
  {
    name: 'keys: lists keys newest first, in pages and by tenant',
    async run([mine, theirs]) {
      let now = FIRST_MS;
      const clock = { ...systemClock, now: () => now };
      const [writer, reader] = [createKeys({ records: mine, clock }), createKeys({ records: theirs, clock })];
      const created: string[] = [];
      for (let number = 0; number < 5; number++) {
        created.unshift(
          (await writer.create({ name: 'a', tenant: number % 2 === 0 ? 'even' : 'odd' })).key.id,
        );
        now += number === 2 ? 1 : DAY_MS;
      }
      const ids = async (query: KeyQuery) => (await reader.list(query)).map(({ id }) => id);
      deepEqual(await ids({}), created);
      deepEqual(await ids({ limit: 2 }), created.slice(0, 2));
      deepEqual(await ids({ limit: 2, after: created[1] }), created.slice(2, 4));
      deepEqual(await ids({ after: created[4] }), []);
      const even = created.filter((_, place) => place % 2 === 0);
      deepEqual(await ids({ tenant: 'even' }), even);
      deepEqual(await ids({ tenant: 'even', limit: 1, after: even[0] }), even.slice(1, 2));
      deepEqual(await ids({ tenant: 'none' }), []);
    },
  },
  {
    name: 'keys: stores strings with any character',
    async run(stores) {
      const [mine, theirs] = both(stores);
      for (const text of STRINGS) {
        const { key } = await mine.create({ name: text, tenant: text, metadata: { m: text } });
        deepEqual(plain(await theirs.list({ tenant: text })), [plain(key)]);
      }
    },
  },
];
