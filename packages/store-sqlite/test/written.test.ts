import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyRecord } from '@majordomo/admin';
import type { RunState } from '@majordomo/agent';
import { user } from '@majordomo/core';
import type { SpendRecord } from '@majordomo/ledger';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { sqliteStores, type SqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

// Files that releases wrote. WRITE_STORED=1 writes the file of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, `${manifest.version}.db`);
const AT = Date.UTC(2026, 10, 23);
const at = folder();

const record: SpendRecord = {
  ...{ id: 'call-1/openai/gpt/1', at: new Date(AT).toISOString(), call: 'call-1', operation: 'chat' },
  ...{
    target: 'openai/gpt',
    vendor: 'openai',
    model: 'gpt',
    name: 'fast',
    tenant: 'acme',
    tags: { team: 'a' },
  },
  ...{
    outcome: 'finished',
    ms: 120,
    nanoUsd: '9007199254740993',
    basis: 'catalogue',
    missing: [],
    catalog: '2026-11-01',
  },
  usage: { input: 3, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
};
const run: RunState = {
  ...{ version: 1, steps: 1, pending: [], results: [], decisions: [], done: 'answered' },
  messages: [user('hi', { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) })],
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
};
const key: KeyRecord = {
  ...{ id: 'key_1', name: 'ci', tenant: 'acme', models: undefined, limits: [], metadata: {}, admin: false },
  ...{ lastFour: 'abcd', createdAt: '2026-11-23T00:00:00.000Z', rotatedAt: undefined, expiresAt: undefined },
  ...{ revokedAt: undefined, hashes: [{ sha256: 'a'.repeat(64) }], version: 1 },
};

async function write({ ledger, runs, conversations, keys, cache }: SqliteStores): Promise<void> {
  const claim = {
    counter: 'usd/acme',
    max: 100n,
    amount: 40n,
    resetsInMs: undefined,
    whenLapsed: 'spent',
  } as const;
  await ledger.reserve('reservation', [claim], 60_000);
  await ledger.settle('reservation', [{ counter: 'usd/acme', amount: 7n }]);
  await ledger.append(record);
  await runs.save('run', run);
  await conversations.save({
    id: 'talk',
    spec: 'openai/gpt',
    system: 'Be brief.',
    messages: [user('Où est Köln?')],
  });
  await keys.put(key);
  await cache.set('cached', { text: 'Hello.' }, undefined);
}

it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
  'writes the file of this release',
  async () => {
    await using stores = sqliteStores(FILE, { clock: fakeClock(AT) });
    await write(stores);
  },
);

const files = readdirSync(WRITTEN).filter((name) => name.endsWith('.db'));

it('a file of the first release is stored', () => {
  expect(files).toContain('1.0.0.db');
});

describe.each(files)('the file that release %s wrote', (name) => {
  it('is read completely, and accepts new data', async () => {
    const path = at(name);
    copyFileSync(join(WRITTEN, name), path);
    await using stores = sqliteStores(path, { clock: fakeClock(AT + 1000) });
    const { ledger, runs, conversations, keys, cache } = stores;
    const records = [];
    for await (const one of ledger.records({})) records.push(one);
    expect(records).toEqual([record]);
    expect(await ledger.counters('usd/')).toMatchObject([{ counter: 'usd/acme', used: 7n, held: 0n }]);
    expect(await runs.load('run')).toEqual(run);
    expect(await conversations.load('talk')).toMatchObject({ version: 1, system: 'Be brief.' });
    expect(await conversations.search('koln')).toMatchObject([{ id: 'talk', title: 'Où est Köln?' }]);
    expect(await keys.find('a'.repeat(64))).toEqual(key);
    expect(await cache.get('cached')).toEqual({ text: 'Hello.' });
    await ledger.append({ ...record, id: 'call-2/openai/gpt/1' });
    await conversations.save({ id: 'talk', spec: 'openai/gpt', messages: [user('Danke')] }, 1);
    expect(await conversations.load('talk')).toMatchObject({ version: 2 });
  });
});
