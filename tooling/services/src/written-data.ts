import { createKeys, type CallEntry, type CallStore } from '@majordomo/admin';
import { createConversations, createRuns, type RunState } from '@majordomo/agent';
import { createBatches, type Batches } from '@majordomo/batch';
import { createMajordomo, user } from '@majordomo/core';
import type { LedgerStore, SpendRecord } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { expect } from 'vitest';

/** Stores of one package. No package has all. */
export interface WrittenStores {
  readonly ledger: LedgerStore;
  readonly calls?: CallStore;
  readonly records?: RecordStore;
}

/** Time at which the data was written, in epoch milliseconds. */
export const WRITTEN_AT: number = Date.UTC(2026, 10, 23);
const AT = new Date(WRITTEN_AT).toISOString();
const UNKNOWN = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

const record: SpendRecord = {
  id: 'call-1/openai/gpt/1',
  at: AT,
  call: 'call-1',
  operation: 'chat',
  target: 'openai/gpt',
  vendor: 'openai',
  model: 'gpt',
  name: 'fast',
  tenant: 'acme',
  tags: { team: 'a' },
  outcome: 'finished',
  ms: 120,
  nanoUsd: '9007199254740993',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-01',
  usage: { input: 3, output: 2, ...UNKNOWN },
};
const run: RunState = {
  version: 1,
  steps: 1,
  pending: [],
  results: [],
  decisions: [],
  done: 'answered',
  messages: [user('hi', { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) })],
  usage: { input: 1, output: 2, ...UNKNOWN },
};
const call: CallEntry = {
  id: 'call-1',
  requestId: 'req-1',
  clientRequestId: undefined,
  at: AT,
  ms: 120,
  firstMs: 40,
  operation: 'chat',
  wire: 'openai-chat',
  isStreamed: true,
  model: 'fast',
  spec: 'openai/gpt',
  target: 'openai/gpt',
  tenant: 'acme',
  key: 'key_1',
  outcome: 'finished',
  status: 200,
  error: undefined,
  attempts: [],
  usage: record.usage,
  nanoUsd: record.nanoUsd,
  finish: 'stop',
  warnings: [],
  metadata: {},
  content: { request: { messages: ['hi'] }, response: { text: 'Hello.' } },
};
const item = { id: 'first', request: { messages: [user('hi')] } };

const VALUE = '{"format":1,"data":{"key":"answer"}}';

/** Writes one piece of data of each kind. */
export async function writeData(stores: WrittenStores): Promise<void> {
  const { ledger, calls, records } = stores;
  const limit = { counter: 'usd/acme', max: 100n, amount: 40n, resetsInMs: undefined };
  await ledger.reserve('reservation', [{ ...limit, whenLapsed: 'spent', tenant: 'acme' }], 60_000);
  await ledger.settle('reservation', [{ counter: 'usd/acme', amount: 7n }]);
  await ledger.append(record);
  await calls?.append([call]);
  if (records !== undefined) {
    await createRuns({ records }).save('run', run);
    await createKeys({ records }).create({ name: 'ci', tenant: 'acme' });
    const messages = [user('Où est Köln?')];
    const talk = { id: 'talk', spec: 'openai/gpt', system: 'Be brief.', messages };
    await createConversations({ records }).save(talk);
    await batchesIn(records).submit({ key: 'job', spec: 'openai/gpt', items: [item] });
  }
  await records?.write('space', [{ type: 'put', key: 'answer', value: VALUE, label: 'due', dueMs: 0 }]);
}

/** Checks that the stores return what `writeData` wrote, and accept more data. */
export async function checkData(stores: WrittenStores): Promise<void> {
  const { ledger, calls, records } = stores;
  expect(await recordsOf(ledger)).toEqual([record]);
  expect(await ledger.counters('usd/')).toMatchObject([{ counter: 'usd/acme', used: 7n, held: 0n }]);
  await ledger.append({ ...record, id: 'call-2/openai/gpt/1' });
  expect(await recordsOf(ledger)).toHaveLength(2);
  if (calls !== undefined) {
    expect(await calls.get('call-1')).toEqual(call);
    const hours = { from: 0, to: WRITTEN_AT + 3_600_000, limit: 2, level: 'models' } as const;
    expect(await calls.hours?.read(hours)).toMatchObject([{ hour: WRITTEN_AT }]);
  }
  if (records !== undefined) {
    expect(await createRuns({ records }).load('run')).toEqual(run);
    expect(await createKeys({ records }).list({ tenant: 'acme' })).toMatchObject([
      { name: 'ci', status: 'active' },
    ]);
    const conversations = createConversations({ records });
    expect(await conversations.load('talk')).toMatchObject({ version: 1, system: 'Be brief.' });
    expect(await conversations.search('koln')).toMatchObject([{ id: 'talk', title: 'Où est Köln?' }]);
    await conversations.save({ id: 'talk', spec: 'openai/gpt', messages: [user('Danke')] }, 1);
    expect(await conversations.load('talk')).toMatchObject({ version: 2 });
    const job = await batchesIn(records).open('job');
    expect(await job.progress()).toMatchObject({ state: 'running', total: 1, waiting: 1 });
    await job.cancel();
    expect(await job.poll()).toMatchObject({ state: 'done', failed: 1 });
    const [stored] = await records.list('space', { order: 'due', limit: 2 });
    expect(stored).toMatchObject({ key: 'answer', value: VALUE, label: 'due' });
    const { version = 0 } = stored ?? {};
    const [next] =
      (await records.write('space', [{ type: 'put', key: 'answer', value: '1', version }])) ?? [];
    expect(next).toBeGreaterThan(version);
    expect(await records.counts('space')).toEqual({ '': 1 });
  }
}

const batchesIn = (records: RecordStore): Batches =>
  createBatches({ majordomo: createMajordomo({ providers: [] }), records });

async function recordsOf(ledger: LedgerStore): Promise<readonly SpendRecord[]> {
  const records = [];
  for await (const one of ledger.records({ tenant: 'acme' })) records.push(one);
  return records;
}
