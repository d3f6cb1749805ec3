import { expect, it } from 'vitest';
import { StoredTokens } from './auth/stored-tokens.ts';
import { ListEntry } from './client/stored-list.ts';
import { fakeClock } from '@majordomo/testing';
import { mapStore } from '../test/support/map-store.ts';
import { memoryStore, namedStore, takeJson, type McpStore } from './store.ts';

/** Store in memory that can be inspected. */
function storeOf(entries: Record<string, string> = {}): McpStore & { readonly entries: Map<string, string> } {
  const stored = new Map(Object.entries(entries));
  return {
    entries: stored,
    get: async (name) => stored.get(name),
    set: async (name, value) => {
      if (value === undefined) stored.delete(name);
      else stored.set(name, value);
    },
  };
}

it('stores the entries that were set last', async () => {
  const store = memoryStore(2);
  for (const name of ['a', 'b', 'a', 'c']) await store.set(name, `${name}!`);
  const get = (): Promise<unknown> => Promise.all(['a', 'b', 'c'].map((name) => store.get(name)));
  expect(await get()).toEqual(['a!', undefined, 'c!']);
  await store.set('a', undefined);
  await store.set('b', 'b!');
  expect(await get()).toEqual([undefined, 'b!', 'c!']);
});

it('reports the failure of a store with a label', async () => {
  const cause = new Error('disk');
  const failing = () => {
    throw cause;
  };
  const store = namedStore({ get: failing, set: failing, take: failing }, 'mcp "x"');
  for (const work of [store.get('a'), store.set('a', 'b'), store.take?.('a')])
    await expect(work).rejects.toMatchObject({
      kind: 'server',
      message: 'mcp "x": the store failed: disk',
      cause,
    });
});

it('does not repeat the label of a store', async () => {
  const failing = () => Promise.reject(new Error('disk'));
  const store = namedStore(namedStore({ get: failing, set: failing }, 'mcp "x"'), 'mcp "x"');
  await expect(store.get('a')).rejects.toThrow(/^mcp "x": the store failed: disk$/);
});

it.each<[string, () => McpStore & { readonly entries?: Map<string, string> }]>([
  ['in memory', () => memoryStore(5)],
  ['with an atomic `take`', mapStore],
  ['without `take`', storeOf],
])('gives an entry to one of several callers in a store %s', async (_name, create) => {
  const store = create();
  const clock = fakeClock();
  await store.set('a', '{"b":1}');
  const taking = Promise.all([1, 2, 3].map(() => takeJson(namedStore(store, 'mcp "x"'), 'a', clock)));
  await clock.advance(1000);
  const taken = await taking;
  expect(taken.filter((value) => value !== undefined)).toEqual([{ b: 1 }]);
  expect(await store.get('a')).toBeUndefined();
  expect(await takeJson(store, 'a', clock)).toBeUndefined();
});

it('does not give an entry that another process takes now, and removes an entry that is not JSON', async () => {
  const clock = fakeClock();
  const store = storeOf({ a: '5', b: 'damaged' });
  const first = takeJson(store, 'a', clock);
  await Promise.resolve();
  await Promise.resolve();
  expect(await takeJson(store, 'a', clock)).toBeUndefined();
  await clock.advance(1000);
  expect(await first).toBe(5);
  const damaged = takeJson(store, 'b', clock);
  await clock.advance(1000);
  expect(await damaged).toBeUndefined();
  expect(store.entries.size).toBe(0);
});

const tools = [{ name: 'look', inputSchema: { type: 'object' } as const }];
const list = { tools, definitions: [['look', 'f']] as const, hasResources: true };
const url = 'https://a.example';

it.each([
  [{ url }, url],
  [{ command: 'x' }, '["x"]'],
  [{ command: 'x', args: ['y', 'z'] }, '["x","y","z"]'],
])('stores the list of the server at %j', async (place, name) => {
  const store = storeOf();
  const entry = new ListEntry({ name: 's', place, store });
  expect(await entry.read()).toBeUndefined();
  entry.write(() => list);
  await entry.written;
  const stored = [...store.entries];
  expect(stored).toEqual([
    [expect.stringMatching(/^mcp\/s\/tools\/[^/]+$/), JSON.stringify({ place: name, ...list })],
  ]);
  expect(await entry.read()).toEqual({ place: name, ...list });
  expect(await new ListEntry({ name: 's', place: { url: `${url}/b` }, store }).read()).toBeUndefined();
  expect(await new ListEntry({ name: 't', place, store }).read()).toBeUndefined();
});

it('stores the lists of two servers of one name separately', async () => {
  const store = storeOf();
  const [one, two] = ['a', 'b'].map(
    (path) => new ListEntry({ name: 's', place: { url: `${url}/${path}` }, store }),
  );
  one?.write(() => list);
  await one?.written;
  two?.write(() => ({ ...list, hasResources: false }));
  await two?.written;
  expect([await one?.read(), await two?.read()]).toMatchObject([
    { hasResources: true },
    { hasResources: false },
  ]);
});

it('writes lists in order, and reports the failure of the last one', async () => {
  let failures = 1;
  const stored: unknown[] = [];
  const store: McpStore = {
    get: async () => undefined,
    set: async (_name, value) => {
      if (failures-- > 0) throw new Error('disk');
      stored.push(value);
    },
  };
  const entry = new ListEntry({ name: 's', place: { url }, store });
  entry.write(() => list);
  // Until then, the failure must not be an unhandled rejection.
  await new Promise((resolve) => setImmediate(resolve));
  await expect(entry.written).rejects.toThrow('mcp "s": the store failed: disk');
  entry.write(() => list);
  await entry.written;
  expect(stored).toEqual([JSON.stringify({ place: url, ...list })]);
});

it('has no list without a store', async () => {
  const entry = new ListEntry({ name: 's', place: { url } });
  entry.write(() => expect.unreachable());
  await entry.written;
  expect(await entry.read()).toBeUndefined();
});

it.each<[string, object]>([
  ['tools that are not a list', { tools: {} }],
  ['a tool without a name', { tools: [{ inputSchema: {} }] }],
  ['a tool without a schema', { tools: [{ name: 'a' }] }],
  ['one damaged tool', { tools: [...tools, 5] }],
  ['no definitions', { definitions: undefined }],
  ['a definition that is not a pair', { definitions: [['a', 'b'], 'c'] }],
  ['a definition with a number', { definitions: [['a', 5]] }],
  ['no statement about resources', { hasResources: 'yes' }],
])('ignores a stored list with %s', async (_name, damage) => {
  const store = storeOf({ 'mcp/s/tools': JSON.stringify({ place: url, ...list, ...damage }) });
  expect(await new ListEntry({ name: 's', place: { url }, store }).read()).toBeUndefined();
});

const tokens = { access_token: 'a1', token_type: 'bearer' };
const owner = { name: 's', url, issuer: undefined };
const NAME = 'mcp/s/tokens/https://i.example';
const saved = { 'mcp/s/issuer': 'https://i.example', [NAME]: JSON.stringify({ url, tokens }) };

it('saves tokens in an entry for their issuer, and removes it', async () => {
  const store = storeOf();
  const secrets = new Set<string>();
  const stored = new StoredTokens(store, owner, secrets);
  expect(await stored.get()).toBeUndefined();
  await stored.save({ ...tokens, refresh_token: 'r1' }, 'https://i.example');
  const current = { ...tokens, refresh_token: 'r1', issuer: 'https://i.example' };
  expect([...store.entries]).toEqual([
    ['mcp/s/issuer', 'https://i.example'],
    [NAME, JSON.stringify({ url, tokens: current })],
  ]);
  expect(await stored.get()).toEqual(current);
  expect([...secrets]).toEqual(['a1', 'r1']);
  await stored.remove();
  expect([...store.entries.keys()]).toEqual(['mcp/s/issuer']);
  expect(await stored.get()).toBeUndefined();
});

it('removes nothing if no issuer is known', async () => {
  const store = storeOf({ other: 'x' });
  await new StoredTokens(store, owner, new Set()).remove();
  expect(store.entries.size).toBe(1);
});

it('reads stored tokens, and those that another process has stored since', async () => {
  const store = storeOf(saved);
  const secrets = new Set<string>();
  const stored = new StoredTokens(store, owner, secrets);
  expect(await stored.get()).toEqual(tokens);
  expect(await stored.reload()).toBe(false);
  const next = { ...tokens, access_token: 'a2' };
  store.entries.set(NAME, JSON.stringify({ url, tokens: next }));
  expect(await stored.get()).toEqual(tokens);
  expect(await stored.reload()).toBe(true);
  expect(await stored.get()).toEqual(next);
  store.entries.delete(NAME);
  expect(await stored.reload()).toBe(false);
  expect([...secrets]).toEqual(['a1', 'a2']);
});

it('uses the known issuer instead of the stored one', async () => {
  const store = storeOf({ ...saved, 'mcp/s/issuer': 'https://other.example' });
  const known = { ...owner, issuer: 'https://i.example' };
  expect(await new StoredTokens(store, known, new Set()).get()).toEqual(tokens);
  expect(await new StoredTokens(store, owner, new Set()).get()).toBeUndefined();
});

it.each<[string, unknown]>([
  ['another address', { url: 'https://b.example', tokens }],
  ['no tokens', { url }],
  ['no token type', { url, tokens: { access_token: 'a1' } }],
  ['no access token', { url, tokens: { token_type: 'bearer' } }],
  ['another form', 'text'],
  ['a token that no header can contain', { url, tokens: { ...tokens, access_token: 'a\r\nx: y' } }],
  ['an empty token', { url, tokens: { ...tokens, access_token: '' } }],
  ['a refresh token that is not a string', { url, tokens: { ...tokens, refresh_token: 5 } }],
  ['an issuer that is not a string', { url, tokens: { ...tokens, issuer: {} } }],
])('ignores an entry with %s', async (_name, entry) => {
  const secrets = new Set<string>();
  const store = storeOf({ ...saved, [NAME]: JSON.stringify(entry) });
  expect(await new StoredTokens(store, owner, secrets).get()).toBeUndefined();
  expect(secrets.size).toBe(0);
});

it('stores the tokens of an issuer under a name without a way to another entry', async () => {
  const store = storeOf({});
  const issuer = 'https://i.example/../../user/ann';
  await new StoredTokens(store, { name: 's', url, issuer: undefined }, new Set()).save(tokens, issuer);
  const names = [...store.entries.keys()];
  expect(names.filter((name) => name.includes('..'))).toEqual([]);
  expect(await new StoredTokens(store, { name: 's', url, issuer }, new Set()).get()).toMatchObject(tokens);
});
