import type { RecordStore } from '@majordomo/records';
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createBatches } from '../src/index.ts';
import { BATCH_NANO, items, resultsOf, summariesOf, world } from './support/jobs.ts';
import { answer, refusal } from './support/vendor.ts';

it('sends no request on submit, and answers all items of a batch in input order', async () => {
  const { submit, a, folder, events } = world();
  const job = await submit(['x', 'y', 'z']);
  expect(a.ops).toEqual([]);
  const sent = await job.poll();
  expect(sent).toMatchObject({
    state: 'running',
    total: 3,
    waiting: 0,
    sent: 3,
    answered: 0,
    nextMs: 600_000,
  });
  expect(sent.batches).toMatchObject([{ target: 'a/m', ref: 'a-batch-1', state: 'running', requests: 3 }]);
  a.end();
  const end = await job.poll();
  expect(end).toMatchObject({
    state: 'done',
    answered: 3,
    failed: 0,
    nextMs: undefined,
    nanoUsd: 3n * BATCH_NANO,
  });
  expect(await summariesOf(job)).toEqual(['x: re: x', 'y: re: y', 'z: re: z']);
  const [first] = await resultsOf(job);
  expect(first).toMatchObject({
    index: 0,
    target: 'a/m',
    via: 'batch',
    nanoUsd: BATCH_NANO,
    response: {
      usage: { input: 10, output: 5, details: { serviceTier: 'batch' } },
      attempts: [{ target: 'a/m', outcome: 'finished', model: 'm' }],
    },
  });
  expect(a.files.size).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  expect(events.map(({ type }) => type)).toEqual(['batch-created', 'batch-ended', 'job-done']);
});

it('moves items according to the failover table, and lists every attempt', async () => {
  const { submit, a, b, events } = world();
  a.result = (text) => (text === 'bad' ? refusal(400) : text === 'full' ? refusal(429) : answer('ok'));
  const job = await submit(['good', 'bad', 'full'], { spec: 'a/m,b/m' });
  await job.poll();
  a.end();
  await job.poll();
  b.end();
  await job.poll();
  expect(await summariesOf(job)).toEqual(['good: ok', 'bad: invalid-request', 'full: re: full']);
  const [, bad, full] = await resultsOf(job);
  expect(bad?.error?.message).toBe('a/m: refused');
  expect(bad?.error?.details.attempts).toMatchObject([{ target: 'a/m', outcome: 'failed' }]);
  expect(full?.response?.attempts).toMatchObject([
    { target: 'a/m', outcome: 'failed', error: { kind: 'rate-limit' } },
    { target: 'b/m', outcome: 'finished' },
  ]);
  expect(b.batches[0]?.lines).toHaveLength(1);
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'item-moved', id: 'full', from: 'a/m', to: 'b/m' }),
  );
});

it('applies the overrides of chain.policy, and prefers those of an alias', async () => {
  const chain = {
    attempts: 1,
    policy: { 'invalid-request': { advance: true }, 'rate-limit': { advance: false } },
  };
  const strict = { spec: 'a/m,b/m', with: { policy: { 'invalid-request': { advance: false } } } };
  const { batches, a, b } = world({}, { majordomo: { chain, aliases: { strict } } });
  a.result = (text) => (text === 'bad' ? refusal(400) : text === 'full' ? refusal(429) : answer('ok'));
  const ends: string[][] = [];
  for (const spec of ['a/m,b/m', 'strict']) {
    const job = await batches.submit({ key: spec, spec, items: items('good', 'bad', 'full') });
    for (let polls = 0; polls < 3; polls++) {
      await job.poll();
      a.end();
      b.end();
    }
    ends.push([...(await summariesOf(job))]);
  }
  expect(ends).toEqual([
    ['good: ok', 'bad: re: bad', 'full: rate-limit'],
    ['good: ok', 'bad: invalid-request', 'full: rate-limit'],
  ]);
  expect(b.batches).toHaveLength(1);
});

it('needs few statements of the store for each page of items', async () => {
  const { options, a } = world();
  const calls: string[] = [];
  const { records } = options;
  const counting: RecordStore = {
    ...records,
    list(...values) {
      calls.push('list');
      return records.list(...values);
    },
    write(...values) {
      calls.push('write');
      return records.write(...values);
    },
  };
  const statements = async (work: () => Promise<unknown>): Promise<string> => {
    calls.length = 0;
    await work();
    const writes = calls.filter((name) => name === 'write').length;
    return `${calls.length - writes} lists, ${writes} writes`;
  };
  const batches = createBatches({ ...options, records: counting });
  const texts = Array.from({ length: 500 }, (_, at) => `${at}`);
  // Two pages of 250 items.
  expect(await statements(() => batches.submit({ key: 'j', spec: 'a/m', items: items(...texts) }))).toBe(
    '1 lists, 4 writes',
  );
  const job = await batches.open('j');
  expect(await statements(() => job.poll())).toBe('5 lists, 10 writes');
  expect(await statements(() => job.poll())).toBe('2 lists, 3 writes');
  a.end();
  expect(await statements(() => job.poll())).toBe('5 lists, 8 writes');
  expect(await statements(() => resultsOf(job))).toBe('4 lists, 0 writes');
  expect(await statements(() => job.remove())).toBe('3 lists, 2 writes');
});
