import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { Secrets } from './auth/secrets.ts';
import { StoredTokens } from './auth/stored-tokens.ts';
import { ListEntry } from './client/stored-list.ts';
import { PendingLogins } from './connections/pending-logins.ts';
import { Entry, namedRecords, SPACE } from './entry.ts';

const url = 'https://a.example';
const place = { url };

it('reports the failure of a store once, with a label', async () => {
  const cause = new Error('disk');
  const fail = () => Promise.reject(cause);
  const failing = { get: fail, write: fail, list: fail, counts: fail };
  const records = namedRecords(namedRecords(failing, 'mcp "x"'), 'mcp "x"');
  for (const work of [
    records.get('a', 'b'),
    records.write('a', []),
    records.list('a', { limit: 1 }),
    records.counts('a'),
  ])
    await expect(work).rejects.toMatchObject({
      kind: 'server',
      message: 'mcp "x": the store failed: disk',
      cause,
    });
});

it.each([
  [place, { url: `${url}/b` }],
  [{ command: 'x' }, { command: 'x', args: ['y'] }],
  [
    { command: 'x', args: ['y', 'z'] },
    { command: 'x', args: ['y z'] },
  ],
])('stores the entries of the servers at %j and at %j separately', async (one, two) => {
  const records = memoryRecords();
  const entries = [one, two].map(
    (at) => new Entry<{ a: number }>({ records, name: 's', place: at }, 'tools'),
  );
  for (const [a, entry] of entries.entries()) await entry.write({ a });
  const stored = await Promise.all(entries.map((entry) => entry.read()));
  expect(stored.map((entry) => entry?.data)).toEqual([{ a: 0 }, { a: 1 }]);
  expect(await new Entry({ records, name: 't', place: one }, 'tools').read()).toBeUndefined();
});

it('does not read an entry of another server', async () => {
  const records = memoryRecords();
  const entry = new Entry<object>({ records, name: 's', place }, 'tools');
  const other = new Entry<object>({ records, name: 's', place: { url: `${url}/b` } }, 'tools');
  const value = other.valueOf({});
  await records.write(SPACE, [{ type: 'put', key: entry.key, value }]);
  expect(await entry.read()).toBeUndefined();
});

const list = { tools: [], definitions: [], hasResources: true };

it('writes lists in order, and reports the failure of the last one', async () => {
  let failures = 1;
  const stored = memoryRecords();
  const records: RecordStore = {
    ...stored,
    write: (...all) => (failures-- > 0 ? Promise.reject(new Error('disk')) : stored.write(...all)),
  };
  const entry = new ListEntry({ name: 's', place, records });
  entry.write(() => list);
  // Until then, the failure must not be an unhandled rejection.
  await new Promise((resolve) => setImmediate(resolve));
  await expect(entry.written).rejects.toThrow('mcp "s": the store failed: disk');
  entry.write(() => list);
  await entry.written;
  expect(await entry.read()).toEqual(list);
});

it('has no list without records', async () => {
  const entry = new ListEntry({ name: 's', place });
  entry.write(() => expect.unreachable());
  await entry.written;
  expect(await entry.read()).toBeUndefined();
});

const tokens = { access_token: 'a1', token_type: 'bearer' };
const issuer = 'https://i.example';

it('reads stored tokens, and those that another process has stored since', async () => {
  const owner = { records: memoryRecords(), name: 's', place, issuer: undefined };
  const secrets = new Secrets();
  const [mine, theirs] = [new StoredTokens(owner, secrets), new StoredTokens(owner, new Secrets())];
  expect(await mine.get()).toBeUndefined();
  await theirs.save({ ...tokens, refresh_token: 'r1' }, issuer);
  expect(await mine.get()).toEqual({ ...tokens, refresh_token: 'r1', issuer });
  expect(await mine.reload()).toBe(false);
  await theirs.save({ ...tokens, access_token: 'a2' }, issuer);
  expect((await mine.get())?.access_token).toBe('a1');
  expect(await mine.reload()).toBe(true);
  expect((await mine.get())?.access_token).toBe('a2');
  expect([...secrets]).toEqual(['a1', 'r1', 'a2']);
});

it('ignores stored tokens of another issuer than the known one', async () => {
  const owner = { records: memoryRecords(), name: 's', place };
  await new StoredTokens({ ...owner, issuer: undefined }, new Secrets()).save(tokens, issuer);
  const tokensOf = (known: string) => new StoredTokens({ ...owner, issuer: known }, new Secrets()).get();
  expect(await tokensOf(issuer)).toMatchObject(tokens);
  expect(await tokensOf('https://other.example')).toBeUndefined();
});

it('holds tokens once, and not after they have changed', async () => {
  const clock = fakeClock();
  const owner = { records: memoryRecords({ clock }), name: 's', place, issuer: undefined };
  const [mine, theirs] = [new StoredTokens(owner, new Secrets()), new StoredTokens(owner, new Secrets())];
  expect(await mine.hold(clock)).toEqual({ state: 'missing' });
  await mine.save(tokens, issuer);
  for (const one of [mine, theirs]) await one.reload();
  const held = await mine.hold(clock);
  expect(held.state).toBe('held');
  expect((await theirs.hold(clock)).state).toBe('busy');
  if (held.state === 'held') await mine.refreshed(held.hold, { ...tokens, access_token: 'a2' }, issuer);
  expect((await theirs.hold(clock)).state).toBe('busy');
  expect(await theirs.reload()).toBe(true);
  expect((await theirs.hold(clock)).state).toBe('held');
});

it('keeps five unfinished logins until the last of them ends', async () => {
  const clock = fakeClock();
  const records = memoryRecords({ clock });
  const logins = new PendingLogins({ records, name: 's', user: 'ann', place }, clock);
  for (let login = 0; login < 7; login++) {
    await logins.add(`s${login}`, { verifier: `v${login}` } as never, 1000);
    await clock.advance(100);
  }
  expect(await logins.take('s1')).toBeUndefined();
  expect(await logins.take('s6')).toEqual({ verifier: 'v6' });
  await clock.advance(799);
  expect(await logins.take('s4')).toBeUndefined();
  expect(await logins.take('s5')).toEqual({ verifier: 'v5' });
  expect(await records.counts(SPACE)).toEqual({});
});
