import { jsonSchema, user, type EmbeddingResponse } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createBatches, type BatchItem, type JobRequest } from '../src/index.ts';
import { items, recordsOf, resultsOf, summariesOf, world } from './support/jobs.ts';
import { answer } from './support/vendor.ts';

const request = { messages: [user('x')] };
const valid: JobRequest = { key: 'j', spec: 'a/m', items: items('x') };

it.each<readonly [change: object, path: string]>([
  [{ key: '' }, 'key'],
  [{ tenant: 1 }, 'tenant'],
  [{ metadat: {} }, 'metadat'],
  [{ key: 'x'.repeat(201) }, 'key'],
  [{ spec: '' }, 'spec'],
  [{ spec: 'a/m,,b/m' }, 'spec'],
  [{ items: 'abc' }, 'items'],
  [{ items: {} }, 'items'],
  [{ deadline: '2026-11-22' }, 'deadline'],
  [{ deadline: new Date(NaN) }, 'deadline'],
  [{ live: { when: 'never' } }, 'live.when'],
  [{ live: {}, deadline: new Date('2026-11-23') }, 'live.when'],
  [{ live: { when: 'late' } }, 'live.when'],
  [{ live: { when: 'both' } }, 'live.when'],
  [{ items: [{ id: 1, request }] }, 'items[0].id'],
  [{ items: [{ id: '', request }] }, 'items[0].id'],
  [{ items: [{ request }, { id: 'y'.repeat(201), request }] }, 'items[1].id'],
  [{ items: [{ id: 'y' }] }, 'items[0]'],
  [{ items: [{ request }, { embedding: { values: ['x'] } }] }, 'items[1]'],
  [{ items: [{ request: {} }] }, 'items[0].request.messages'],
  [{ items: [{ request: { ...request, tools: [null] } }] }, 'items[0].request.tools[0]'],
  [{ items: [{ request: { ...request, tools: [{ name: 't' }] } }] }, 'items[0].request.tools[0].parameters'],
])('rejects %j with a config error and the path', async (change, path) => {
  const { batches, options } = world();
  const error = await batches.submit({ ...valid, ...change }).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toMatchObject({ kind: 'config', details: { path } });
  expect((error as Error).message).toContain(path);
  expect(await recordsOf(options)).toEqual([]);
});

it.each([
  ['a complete submission', { key: 'j' }],
  ['an interrupted submission', { key: 'cut' }],
])('refuses the key of %s of another tenant, in each process, and stores nothing', async (_, { key }) => {
  const { batches, options } = world();
  const other = createBatches(options);
  await batches.submit({ ...valid, tenant: 'ann' });
  const manyItems = Array.from({ length: 300 }, () => ({ request }));
  const cut = interrupted(manyItems, 299);
  await expect(batches.submit({ ...valid, key: 'cut', items: cut, tenant: 'ann' })).rejects.toThrow('disk');
  const before = await recordsOf(options);
  for (const process of [batches, other])
    for (const tenant of ['bob', undefined])
      await expect(process.submit({ ...valid, key, tenant })).rejects.toMatchObject({
        kind: 'denied',
        details: { path: 'key' },
      });
  expect(await recordsOf(options)).toEqual(before);
  for (const process of [batches, other])
    expect((await process.submit({ ...valid, key, items: manyItems, tenant: 'ann' })).key).toBe(key);
});

it('rejects a request that is not JSON', async () => {
  const { batches } = world();
  const invalidItems = [{ request: { ...request, maxTokens: 5n } }] as never;
  await expect(batches.submit({ ...valid, items: invalidItems })).rejects.toMatchObject({
    kind: 'config',
    details: { path: 'items[0].request' },
  });
});

it('rejects a repeated id across pages, with the id', async () => {
  const { batches } = world();
  const manyItems = Array.from({ length: 700 }, (_, index) => ({
    id: index === 650 ? 'id 3' : `id ${index}`,
    request,
  }));
  await expect(batches.submit({ ...valid, items: manyItems })).rejects.toMatchObject({
    kind: 'config',
    message: 'items[650].id: items[3] has the same id "id 3"; use unique ids',
  });
});

it.each([
  [{ most: { requests: 0 } }, 'most.requests'],
  [{ majordomo: undefined }, 'majordomo'],
  [{ records: {} }, 'records'],
])('createBatches rejects %j', (change, path) => {
  const { options } = world();
  expect(() => createBatches({ ...options, ...change } as never)).toThrow(
    expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
  );
});

it('rejects an unknown key as not-found, and the removal of a running job as denied', async () => {
  const { batches } = world();
  await expect(batches.open('none')).rejects.toMatchObject({
    kind: 'not-found',
    message: expect.stringContaining('"none"'),
  });
  const job = await batches.submit(valid);
  await expect(job.remove()).rejects.toMatchObject({ kind: 'denied' });
  await job.cancel();
  await job.poll();
  await job.remove();
  expect(await batches.keys()).toEqual([]);
});

it.each([
  [300, 1],
  [5010, 5000],
])('rejects further results of a job of %i items that is removed after %i results', async (total, read) => {
  const { batches } = world();
  const many = Array.from({ length: total }, (_, index) => ({ id: `id ${index}`, request }));
  const job = await batches.submit({ ...valid, items: many });
  await job.cancel();
  await job.poll();
  const ids: string[] = [];
  const readAll = async (): Promise<void> => {
    for await (const { id, error } of job.results()) {
      expect(error?.kind).toBe('aborted');
      if (ids.push(id) === read) await job.remove();
    }
  };
  await expect(readAll()).rejects.toMatchObject({
    kind: 'not-found',
    message: expect.stringContaining('"j"'),
  });
  expect(ids.length).toBeLessThan(total);
});

it('is immediately done without items, and does not read the items of a complete submission', async () => {
  const { batches, a } = world();
  const empty = await batches.submit({ ...valid, key: 'empty', items: [] });
  expect(await empty.done()).toMatchObject({ state: 'done', total: 0, nextMs: undefined });
  await batches.submit(valid);
  const unread: Iterable<BatchItem> = {
    [Symbol.iterator]: () => {
      throw new Error('read');
    },
  };
  expect((await (await batches.submit({ ...valid, items: unread, spec: 'b/m' })).progress()).total).toBe(1);
  expect(a.ops).toEqual([]);
});

async function* interrupted(batchItems: readonly BatchItem[], after: number): AsyncGenerator<BatchItem> {
  for (const [index, item] of batchItems.entries()) {
    if (index === after) throw new Error('disk');
    yield item;
  }
}

it('continues an interrupted submission with the same items', async () => {
  const { batches, a } = world();
  const manyItems = Array.from({ length: 1200 }, (_, index) => ({ id: `id ${index}`, request }));
  await expect(batches.submit({ ...valid, items: interrupted(manyItems, 1100) })).rejects.toThrow('disk');
  const job = await batches.open('j');
  expect(await job.poll()).toMatchObject({ state: 'filling', total: 1000 });
  await expect(job.done()).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('submit the job again'),
  });
  expect(a.ops).toEqual([]);
  const other = manyItems.with(3, { id: 'id 3', request: { messages: [user('other')] } });
  await expect(batches.submit({ ...valid, items: other })).rejects.toMatchObject({
    details: { path: 'items[3]' },
  });
  await expect(batches.submit({ ...valid, items: manyItems.slice(0, 10) })).rejects.toMatchObject({
    details: { path: 'items' },
  });
  expect(await (await batches.submit({ ...valid, items: manyItems })).progress()).toMatchObject({
    state: 'running',
    total: 1200,
  });
});

it.each([
  ['longer', 1, 2_000_000],
  ['shorter', 2_000_000, 1],
])('names the item that differs if its request is %s, which changes the pages', async (_, before, after) => {
  const { batches } = world();
  const requestOf = (chars: number) => ({ messages: [user('x'.repeat(chars))] });
  const manyItems = Array.from({ length: 600 }, () => ({ request }))
    .with(50, { request: requestOf(2_000_000) })
    .with(100, { request: requestOf(before) });
  await expect(batches.submit({ ...valid, items: interrupted(manyItems, 599) })).rejects.toThrow('disk');
  const others = manyItems.with(100, { request: requestOf(after) });
  await expect(batches.submit({ ...valid, items: others })).rejects.toMatchObject({
    details: { path: 'items[100]' },
    message: expect.stringContaining('differs from the stored item'),
  });
});

it('completes a submission that is canceled while it runs, and sends nothing', async () => {
  const { batches, a } = world();
  const manyItems = Array.from({ length: 1200 }, (_, index) => ({ id: `id ${index}`, request }));
  async function* cancelling(): AsyncGenerator<BatchItem> {
    for (const item of manyItems) {
      if (item.id === 'id 1100') await (await batches.open('j')).cancel();
      yield item;
    }
  }
  const job = await batches.submit({ ...valid, items: cancelling() });
  expect(await job.poll()).toMatchObject({ state: 'done', failed: 1200 });
  expect(a.ops).toEqual([]);
});

it('answers embeddings as vectors', async () => {
  const { batches, a } = world();
  a.result = () => ({ status: 200, body: { usage: { input: 3, output: 0 } } });
  const job = await batches.submit({
    ...valid,
    items: ['one', 'three'].map((text) => ({ embedding: { values: [text] } })),
    spec: 'a/e',
  });
  await job.poll();
  a.end();
  await job.poll();
  const [, second] = await resultsOf(job);
  expect(second?.id).toBe('1');
  expect((second?.response as EmbeddingResponse).vectors).toEqual([Float32Array.of(5, 0.5)]);
});

const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } as const;

it('moves answers that do not match the schema, and validates values with the schema that results() receives', async () => {
  const { batches, a, b } = world();
  a.result = (text) => answer(text === 'x' ? '{"n":1}' : 'no');
  b.result = () => answer('{"n":2}');
  const job = await batches.submit({ ...valid, spec: 'a/m,b/m', items: items('x', 'y'), output: schema });
  await job.poll();
  expect(a.batches[0]?.lines[0]?.body['schema']).toEqual(schema);
  a.end();
  await job.poll();
  b.end();
  await job.poll();
  expect((await resultsOf(job)).map(({ value }) => value)).toEqual([{ n: 1 }, { n: 2 }]);
  const strict = { output: jsonSchema({ ...schema, properties: { n: { const: 1 } } }) };
  const strictResults = await resultsOf(job, strict);
  expect(strictResults.map(({ value, error }) => value ?? error?.kind)).toEqual([{ n: 1 }, 'invalid-output']);
  expect(strictResults[1]?.error?.details.attempts).toMatchObject([{ target: 'a/m' }, { target: 'b/m' }]);
  const [, second] = await resultsOf(job);
  expect(second?.response?.attempts).toMatchObject([
    { error: { kind: 'invalid-output' }, usage: { input: 10 } },
    {},
  ]);
});

it('reads results from a position, and omits items that are not final', async () => {
  const { batches, a } = world({ most: { requests: 2 } });
  const job = await batches.submit({ ...valid, items: items('v', 'w', 'x', 'y') });
  await job.poll();
  Object.assign(a.batches[1] as object, { state: 'ended' });
  await job.poll();
  expect(await summariesOf(job)).toEqual(['x: re: x', 'y: re: y']);
  expect((await resultsOf(job, { from: 3 })).map(({ id }) => id)).toEqual(['y']);
});

it('done() polls, reports progress, and rejects after an abort while the job continues', async () => {
  const { batches, a } = world();
  const job = await batches.submit(valid);
  const controller = new AbortController();
  const states: string[] = [];
  const ending = job.done({
    everyMs: 1000,
    signal: controller.signal,
    onProgress: ({ state }) => states.push(state),
  });
  const outcome = ending.catch((error: unknown) => error);
  await expect.poll(() => states).toEqual(['running']);
  controller.abort();
  expect(await outcome).toMatchObject({ kind: 'aborted' });
  a.end();
  expect(await job.done()).toMatchObject({ state: 'done' });
});

it('writes nothing in a poll of a job that is done', async () => {
  const { options, a, batches } = world();
  const job = await batches.submit(valid);
  await job.poll();
  a.end();
  expect(await job.poll()).toMatchObject({ state: 'done' });
  const records = await recordsOf(options);
  expect(await job.poll()).toMatchObject({ state: 'done' });
  expect(await recordsOf(options)).toEqual(records);
});

it('ends a poll whose lease is lost', async () => {
  const { options, a, batches } = world();
  const job = await batches.submit(valid);
  // Another process takes the lease during the upload, and releases it.
  a.fault = async (op, isDone) => {
    if (op === 'upload' && isDone)
      await options.records.write('batches', [{ type: 'touch', key: 'job/j', dueMs: null }]);
  };
  expect(await job.poll()).toMatchObject({ state: 'running' });
  expect(a.batches).toEqual([]);
  a.fault = () => undefined;
  await job.poll();
  expect([a.batches.length, a.files.size]).toEqual([1, 1]);
});

it('stores no key of a provider', async () => {
  const { options, a } = world();
  const job = await createBatches(options).submit(valid);
  await job.poll();
  a.end();
  await job.poll();
  expect(JSON.stringify(await recordsOf(options))).not.toMatch(/authorization|api.?key|bearer/i);
});
