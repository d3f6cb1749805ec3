import { createCallLog, createKeys, memoryCallStore } from '@majordomo/admin';
import { systemClock } from '@majordomo/core';
import { createLedger, memoryStore, type Limit } from '@majordomo/ledger';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import type { Client } from '@modelcontextprotocol/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { takePlace } from '../src/places.ts';
import { hangTool, text, upstream, type Upstream } from './support/upstream.ts';
import { world } from './support/world.ts';

let calls = 0;
function register(server: McpServer): void {
  server.registerTool('search', {}, () => text(`ran ${++calls}`));
  server.registerTool('write', {}, () => text(`ran ${++calls}`));
  server.registerTool('long', {}, () => text('x'.repeat(2000)));
  server.registerTool('fail', {}, () => {
    throw new Error('boom');
  });
  hangTool(server);
}

const CALLERS = {
  ann: { key: 'ann', tenant: 'red' },
  bob: { key: 'bob', tenant: 'red' },
  eve: { key: 'eve', tenant: 'blue' },
};
const LIMITS: Readonly<
  Record<string, readonly [limit: Limit, uses: readonly string[], allowed: readonly boolean[]]>
> = {
  'each key': [
    { name: 'l', max: { calls: 2 }, per: 'day', each: ['key'] },
    ['ann a search', 'ann b write', 'ann a search', 'bob a search'],
    [true, true, false, true],
  ],
  'each team': [
    { name: 'l', max: { requests: 2 }, per: 'day', each: ['tenant'] },
    ['ann a search', 'bob b write', 'ann a search', 'eve a search'],
    [true, true, false, true],
  ],
  'each server': [
    { name: 'l', max: { calls: 2 }, per: 'day', each: ['vendor'] },
    ['ann a search', 'eve a write', 'bob a search', 'bob b search'],
    [true, true, false, true],
  ],
  'each tool': [
    { name: 'l', max: { calls: 1 }, per: 'day', each: ['target'] },
    ['ann a search', 'eve a write', 'bob a search', 'bob b search'],
    [true, true, false, true],
  ],
  'one tool of a key': [
    { name: 'l', max: { calls: 1 }, per: 'day', each: ['key'], where: { target: ['mcp/a/write'] } },
    ['ann a write', 'ann a write', 'ann a search', 'bob a write'],
    [true, false, true, true],
  ],
  'the dollars of each team': [
    { name: 'l', max: { usd: '0.025' }, per: 'day', each: ['tenant'] },
    ['ann a write', 'bob a write', 'bob a write', 'eve a write', 'bob a search', 'bob b write'],
    [true, true, false, true, true, true],
  ],
};

describe.each(Object.entries(LIMITS))('a limit of %s', (_case, [limit, uses, allowed]) => {
  it('allows exactly what it permits, before the server is contacted', async () => {
    const ledger = createLedger({ store: memoryStore(), limits: [limit] });
    const [a, b] = [upstream(register), upstream(register)];
    const { connect } = world({
      servers: { a: { ...a.place, prices: { search: '0.001', '*': '0.01' } }, b: b.place },
      callers: CALLERS,
      ledger,
    });
    const actual: boolean[] = [];
    for (const use of uses) {
      const [key = '', server = '', tool = ''] = use.split(' ');
      const client = await connect(key);
      calls = 0;
      const result = await client.callTool({ name: `${server}__${tool}` });
      actual.push(result.isError !== true);
      expect(calls).toBe(result.isError === true ? 0 : 1);
      if (result.isError === true) expect(JSON.stringify(result)).toContain('a limit is reached');
    }
    expect(actual).toEqual(allowed);
  });
});

describe('prices', () => {
  it('are booked for calls that were sent, with the call log', async () => {
    const log = createCallLog({ store: memoryCallStore() });
    const ledger = createLedger({ store: memoryStore(), tags: ['key'], onRecord: log.onRecord });
    const { connect } = world({
      servers: { a: { ...upstream(register).place, prices: { 'write*': '1.5', '*': '0.25' } } },
      callers: CALLERS,
      ledger,
      gateway: { onEvent: log.onEvent, onRequest: log.onRequest },
    });
    const client = await connect('ann');
    await client.callTool({ name: 'a__write' });
    await client.callTool({ name: 'a__fail' });
    await client.callTool({ name: 'a__none' }).catch(() => undefined);
    await log.flush();
    const entries = (await log.page({ operation: 'tool' })).calls.toReversed();
    expect(entries.map(({ spec, target, nanoUsd }) => [target ?? spec, nanoUsd])).toEqual([
      ['mcp/a', undefined],
      ['mcp/a/write', '1500000000'],
      ['mcp/a/fail', '250000000'],
      ['mcp/a', undefined],
    ]);
    const rows = await ledger.report({ by: ['tenant', 'vendor'] });
    expect(rows).toMatchObject([{ key: { tenant: 'red', vendor: 'a' }, nanoUsd: 1_750_000_000n }]);
    await log.close();
  });

  it.each([
    ['has lost its session', () => new Response(undefined, { status: 404 })],
    [
      'cannot be connected',
      () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })),
    ],
  ])('do not apply to a call of a server that %s', async (_case, answer) => {
    const ledger = createLedger({
      store: memoryStore(),
      limits: [
        { name: 'calls', max: { calls: 1 }, per: 'day' },
        { name: 'money', max: { usd: '0.25' }, per: 'day' },
      ],
    });
    let isDown = false;
    const server = upstream(register, {
      protocol: '2025',
      prices: { '*': '0.25' },
      intercept: (body) => {
        if (!isDown) return undefined;
        return Promise.resolve(
          body.includes('tools/call') ? answer() : new Response(undefined, { status: 503 }),
        );
      },
    });
    const { connect } = world({ servers: { a: server.place }, callers: CALLERS, ledger });
    const client = await connect('ann');
    await client.listTools();
    isDown = true;
    expect(await client.callTool({ name: 'a__search' })).toMatchObject({ isError: true });
    expect(server.methods).toContain('tools/call');
    isDown = false;
    expect(await client.callTool({ name: 'a__search' })).not.toHaveProperty('isError', true);
    expect(await ledger.report({ by: ['tenant'] })).toMatchObject([{ nanoUsd: 250_000_000n }]);
    expect(await client.callTool({ name: 'a__search' })).toMatchObject({ isError: true });
  });

  it('count for the limits of a key of admin', async () => {
    const keys = createKeys({ records: memoryRecords() });
    const ledger = createLedger({ store: memoryStore(), limitsOf: keys.limitsOf });
    const { secret } = await keys.create({ name: 'a', limits: [{ max: { usd: '0.02' }, per: 'day' }] });
    const { connect } = world({
      servers: { a: { ...upstream(register).place, prices: { '*': '0.015' } } },
      ledger,
      gateway: { authorize: keys.authorize },
    });
    const client = await connect(secret);
    expect(await client.callTool({ name: 'a__search' })).not.toHaveProperty('isError', true);
    expect(await client.callTool({ name: 'a__search' })).toMatchObject({ isError: true });
  });

  it.each([
    [{ prices: { '*': '1e3' } }, 'must be an amount in USD'],
    [{ prices: { '*': '-1' } }, 'must be an amount in USD'],
    [{ prices: { '*': '1' } }, 'requires the option `ledger`'],
    [{ maxConcurrent: 0 }, 'maxConcurrent'],
    [{ maxResultChars: 'x' }, 'maxResultChars'],
    [{ shared: 1 }, 'shared'],
  ])('and limits are checked: %j', (options, message) => {
    expect(() => world({ servers: { a: { url: 'https://a.example/', ...options } as never } })).toThrow(
      message,
    );
  });
});

/** Starts a call that does not end. Returns a function that cancels it. */
async function hang(client: Client, { methods }: Upstream): Promise<() => Promise<unknown>> {
  const cancel = new AbortController();
  const call = client.callTool({ name: 'a__hang' }, { signal: cancel.signal }).catch(() => undefined);
  await expect.poll(() => methods).toContain('tools/call');
  return () => {
    cancel.abort();
    return call;
  };
}

describe('a server', () => {
  it('runs at most maxConcurrent calls', async () => {
    const server = upstream(register);
    const { connect } = world({ servers: { a: { ...server.place, maxConcurrent: 1 } }, callers: CALLERS });
    const [ann, eve] = [await connect('ann'), await connect('eve')];
    const cancel = await hang(ann, server);
    expect(await eve.callTool({ name: 'a__search' })).toMatchObject({ isError: true });
    await cancel();
    await expect.poll(async () => (await eve.callTool({ name: 'a__search' })).isError).not.toBe(true);
  });

  it('runs at most maxConcurrent calls of two processes that share a store', async () => {
    const server = upstream(register);
    const records = memoryRecords();
    const servers = { a: { ...server.place, maxConcurrent: 2 } };
    const processes = [0, 1].map(() => world({ servers, callers: CALLERS, records }));
    const [ann, eve] = await Promise.all(processes.map(({ connect }) => connect('ann')));
    const cancel = new AbortController();
    const hanging = [ann, eve].map(async (client) => {
      await client?.callTool({ name: 'a__hang' }, { signal: cancel.signal }).catch(() => undefined);
    });
    await expect.poll(() => server.methods.filter((method) => method === 'tools/call').length).toBe(2);
    for (const client of [ann, eve])
      expect(await client?.callTool({ name: 'a__search' })).toMatchObject({
        isError: true,
        content: [{ text: 'The server "a" already runs its maximum number of calls; retry later.' }],
      });
    cancel.abort();
    await Promise.all(hanging);
    await expect.poll(async () => (await eve?.callTool({ name: 'a__search' }))?.isError).not.toBe(true);
    const places = { prefix: 'place/', limit: 10 };
    await expect.poll(() => records.list('mcp-gateway', places)).toEqual([]);
  });

  it('runs at most maxConcurrent calls in the process if the store fails', async () => {
    const server = upstream(register);
    const stored = memoryRecords();
    const records: RecordStore = { ...stored, list: () => Promise.reject(new Error('the disk is full')) };
    const made = world({ servers: { a: { ...server.place, maxConcurrent: 1 } }, records });
    const client = await made.connect('all');
    const cancel = await hang(client, server);
    expect(await client.callTool({ name: 'a__search' })).toMatchObject({ isError: true });
    await cancel();
    expect(made.errors).toContainEqual(['a', 'Error: the disk is full']);
  });

  it('runs maxConcurrent calls, also if that is more than a page of the store', async () => {
    const records = memoryRecords();
    const take = (count: number) => takePlace(records, 'a', count, systemClock);
    // All places of other processes except place 1234.
    const keys = Array.from({ length: 1500 }, (_, at) => `place/a/${at}`).filter(
      (key) => !key.endsWith('1234'),
    );
    for (const page of [keys.slice(0, 750), keys.slice(750)])
      await records.write(
        'mcp-gateway',
        page.map((key) => ({ type: 'put', key, value: '', dueMs: 30_000 })),
      );
    const place = await take(1500);
    expect(place?.record.key).toBe('place/a/1234');
    expect(await take(1500)).toBeUndefined();
    await place?.remove();
    // A process with a lower limit counts the calls of a process with a higher one.
    expect(await take(5)).toBeUndefined();
  });

  it('may have a maxConcurrent of any size', async () => {
    const records = memoryRecords();
    for (const count of [Number.MAX_SAFE_INTEGER, Infinity, 1.5]) {
      const place = await takePlace(records, 'a', count, systemClock);
      expect(place).toBeDefined();
      if (count === 1.5) expect(await takePlace(records, 'a', count, systemClock)).toBeUndefined();
      await place?.remove();
    }
  });

  it('gives a place to each of maxConcurrent calls that begin at the same time', async () => {
    const records = memoryRecords();
    const calls = Array.from({ length: 400 }, () => takePlace(records, 'a', 400, systemClock));
    expect(await Promise.all(calls)).not.toContain(undefined);
    expect(await takePlace(records, 'a', 400, systemClock)).toBeUndefined();
  });

  it('takes the places of stopped processes, so that no record remains', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const stopped = ['place/a/7', 'place/a/700'].map(
      (key) => ({ type: 'put', key, value: '', dueMs: 1 }) as const,
    );
    await records.write('mcp-gateway', stopped);
    await clock.advance(2);
    const places = [0, 1].map(() => takePlace(records, 'a', 1000, clock));
    for (const place of await Promise.all(places)) await place?.remove();
    expect(await records.list('mcp-gateway', { limit: 10 })).toEqual([]);
  });

  it('answers if the store does not respond, and counts a place that is taken later', async () => {
    const clock = fakeClock();
    const stored = memoryRecords({ clock });
    let go = (): void => undefined;
    const responds = new Promise<void>((resolve) => (go = resolve));
    let isAsked = false;
    const records: RecordStore = {
      ...stored,
      list: async (space, query) => {
        isAsked ||= query.prefix === 'place/a/';
        if (query.prefix === 'place/a/') await responds;
        return stored.list(space, query);
      },
    };
    const server = upstream(register);
    const servers = { a: { ...server.place, maxConcurrent: 1 } };
    const made = world({ servers, records, clock });
    const client = await made.connect('all');
    const cancel = new AbortController();
    const first = client.callTool({ name: 'a__hang' }, { signal: cancel.signal }).catch(() => undefined);
    await expect.poll(() => isAsked).toBe(true);
    await clock.advance(5001);
    await expect.poll(() => server.methods).toContain('tools/call');
    expect(made.errors).toEqual([['a', 'Error: no answer within 5000 ms']]);
    go();
    const places = { prefix: 'place/', limit: 10 };
    await expect.poll(() => stored.list('mcp-gateway', places)).toHaveLength(1);
    cancel.abort();
    await first;
    await expect.poll(() => stored.list('mcp-gateway', places)).toEqual([]);
  });

  it('does not receive a call that its client cancelled while the store did not respond', async () => {
    const stored = memoryRecords();
    let go = (): void => undefined;
    const responds = new Promise<void>((resolve) => (go = resolve));
    let lists = 0;
    const records: RecordStore = {
      ...stored,
      list: async (space, query) => {
        if (query.prefix === 'place/a/' && lists++ === 0) await responds;
        return stored.list(space, query);
      },
    };
    const server = upstream(register);
    const { connect } = world({ servers: { a: { ...server.place, maxConcurrent: 1 } }, records });
    const client = await connect('all');
    const cancel = new AbortController();
    const call = client.callTool({ name: 'a__hang' }, { signal: cancel.signal });
    await expect.poll(() => lists).toBe(1);
    cancel.abort();
    await expect(call).rejects.toThrow();
    go();
    await expect.poll(async () => (await client.callTool({ name: 'a__search' })).isError).not.toBe(true);
    expect(server.methods.filter((method) => method === 'tools/call')).toHaveLength(1);
  });

  it('answers if the store does not respond when the call ends', async () => {
    const clock = fakeClock();
    const stored = memoryRecords({ clock });
    const records: RecordStore = {
      ...stored,
      write: (space, changes) =>
        changes.some(({ type }) => type === 'remove')
          ? new Promise(() => undefined)
          : stored.write(space, changes),
    };
    const servers = { a: { ...upstream(register).place, maxConcurrent: 1 } };
    const made = world({ servers, records, clock });
    const client = await made.connect('all');
    let isDone = false;
    const call = client.callTool({ name: 'a__search' }).finally(() => (isDone = true));
    await expect
      .poll(async () => {
        await clock.advance(1000);
        return isDone;
      })
      .toBe(true);
    expect(await call).not.toHaveProperty('isError', true);
  });

  it('reports a running call whose place another process has taken', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const server = upstream(register);
    const servers = { a: { ...server.place, maxConcurrent: 1 } };
    const made = world({ servers, records, clock });
    const client = await made.connect('all');
    const cancel = await hang(client, server);
    // Another process takes the place while this one is paused.
    const [place] = await records.list('mcp-gateway', { prefix: 'place/', limit: 1 });
    await records.write('mcp-gateway', [{ type: 'touch', key: place?.key ?? '', dueMs: 30_000 }]);
    await clock.advance(10_001);
    const message = expect.stringContaining(
      'a running call has lost its place, because this process was paused',
    );
    await expect.poll(() => made.errors).toEqual([['a', message]]);
    await cancel();
    expect(made.errors).toEqual([['a', message]]);
  });

  it('may not send a longer result than maxResultChars', async () => {
    const { connect } = world({ servers: { a: { ...upstream(register).place, maxResultChars: 1000 } } });
    const client = await connect('all');
    const result = await client.callTool({ name: 'a__long' });
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: 'The server "a" sent a result that is too long.' }],
    });
  });

  it('must respond within its time', async () => {
    const { connect } = world({ servers: { a: { ...upstream(register).place, timeoutMs: 100 } } });
    const client = await connect('all');
    expect(await client.callTool({ name: 'a__hang' })).toMatchObject({ isError: true });
  });
});

describe('a server that cannot be connected', () => {
  it('is benched after two attempts, for all callers, and connected again after the bench', async () => {
    const clock = fakeClock();
    let isDown = true;
    let attempts = 0;
    const server = upstream(register, {
      intercept: () => {
        if (!isDown) return undefined;
        attempts++;
        return Promise.reject(new TypeError('fetch failed'));
      },
    });
    const { connect, events, mcp } = world({ servers: { a: server.place }, callers: CALLERS, clock });
    const clients = [await connect('ann'), await connect('bob'), await connect('eve')];
    for (const client of clients.slice(0, 2))
      expect(await client.callTool({ name: 'a__search' })).toMatchObject({ isError: true });
    const before = attempts;
    const benched = await clients[2]?.callTool({ name: 'a__search' });
    expect(JSON.stringify(benched)).toContain('is not available after repeated failures; retry in 5 s');
    expect(attempts).toBe(before);
    const until = new Date(clock.now() + 5000).toISOString();
    expect(await mcp.servers()).toEqual([{ name: 'a', benchedUntil: until }]);
    expect(events.filter(({ type }) => type === 'benched')).toMatchObject([{ target: 'mcp/a' }]);
    isDown = false;
    await clock.advance(5001);
    expect(await clients[2]?.callTool({ name: 'a__search' })).not.toHaveProperty('isError', true);
  });

  it('is benched after it was connected, also by requests for lists', async () => {
    let isDown = false;
    let attempts = 0;
    const server = upstream((made) => made.registerPrompt('ask', {}, () => ({ messages: [] })), {
      intercept: () => {
        if (!isDown) return undefined;
        attempts++;
        return Promise.reject(new TypeError('fetch failed'));
      },
    });
    // Does not wait before it connects again.
    const clock = { ...systemClock, sleep: () => Promise.resolve() };
    const { connect, mcp } = world({ servers: { a: server.place }, clock });
    const client = await connect('all');
    expect((await client.listPrompts()).prompts).toHaveLength(1);
    isDown = true;
    for (let n = 0; n < 3; n++) await client.listPrompts();
    expect(attempts).toBeGreaterThan(2);
    expect(await mcp.servers()).toMatchObject([{ benchedUntil: expect.any(String) as string }]);
  });

  it('is not benched by calls that fail', async () => {
    const server = upstream(register, {
      intercept: (body) =>
        body.includes('"fail"') ? Promise.reject(new TypeError('fetch failed')) : undefined,
    });
    const { connect } = world({ servers: { a: server.place }, callers: CALLERS });
    const [ann, eve] = [await connect('ann'), await connect('eve')];
    for (let n = 0; n < 4; n++)
      expect(await ann.callTool({ name: 'a__fail' })).toMatchObject({ isError: true });
    expect(await eve.callTool({ name: 'a__search' })).not.toHaveProperty('isError', true);
  });
});
