import { createMajordomo, LlmError, type BatchBackend, type Provider } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import { expect, it } from 'vitest';
import { createBatches } from '../src/index.ts';
import { failure, HOUR_MS, resultsOf, world } from './support/jobs.ts';
import type { Op, Vendor } from './support/vendor.ts';

const never = new Promise<never>(() => undefined);

/** Returns a fault that never lets an operation respond at its first request, and a promise of this request. */
function hang(op: Op): { readonly fault: Vendor['fault']; readonly reached: Promise<void> } {
  let resolve = (): void => undefined;
  const reached = new Promise<void>((onReached) => {
    resolve = onReached;
  });
  let remaining = 1;
  const fault: Vendor['fault'] = (at, isDone) => {
    if (at !== op || isDone || remaining-- <= 0) return undefined;
    resolve();
    return never;
  };
  return { fault, reached };
}

it.each(['upload', 'create', 'look', 'results', 'remove', 'find', 'findUpload'] as const)(
  'delays the batch if the vendor never responds to %s, and continues with the next poll',
  async (op) => {
    const { submit, a, events, clock } = world();
    const lost = { find: 'create', findUpload: 'upload' } as const;
    const job = await submit(['x', 'y']);
    if (op === 'find' || op === 'findUpload') {
      a.fault = (at, isDone) => {
        if (at === lost[op] && isDone) throw failure('network');
      };
      await job.poll();
    }
    const { fault, reached } = hang(op);
    a.fault = fault;
    for (let polls = 0; polls < 5; polls++) {
      const poll = job.poll();
      await Promise.race([reached, poll]);
      await clock.advance(HOUR_MS);
      await poll;
      a.end();
    }
    expect(await job.progress()).toMatchObject({ state: 'done', answered: 2 });
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'batch-delayed', error: expect.objectContaining({ kind: 'timeout' }) }),
    );
    expect(a.batches).toHaveLength(1);
  },
);

it('aborts a download of results that does not respond in time', async () => {
  const { submit, a, clock, options } = world();
  await submit(['x']);
  const { fault, reached } = hang('results');
  a.fault = fault;
  const signals: (AbortSignal | undefined)[] = [];
  const batch: NonNullable<Provider['batch']> = (...args) => {
    const backend = a.provider.batch?.(...args);
    const results: BatchBackend['results'] = (ref, context) => {
      signals.push(context.signal);
      return backend!.results(ref, context);
    };
    return backend && { ...backend, results };
  };
  const majordomo = createMajordomo({ providers: [{ ...a.provider, batch }], clock });
  const job = await createBatches({ ...options, majordomo }).open('j');
  await job.poll();
  a.end();
  const poll = job.poll();
  await reached;
  expect(signals).toMatchObject([{ aborted: false }]);
  await clock.advance(HOUR_MS);
  await poll;
  expect(signals).toMatchObject([{ aborted: true }]);
});

it('settles an aborted poll if the vendor never responds', async () => {
  const { submit, a } = world();
  const job = await submit(['x']);
  const { fault, reached } = hang('create');
  a.fault = fault;
  const controller = new AbortController();
  const poll = job.poll({ signal: controller.signal });
  await reached;
  controller.abort();
  await expect(poll).rejects.toMatchObject({ kind: 'aborted' });
});

/** Replaces the result of one call of the store. `number` starts at 1. */
function replaceCall(
  records: RecordStore,
  method: 'write' | 'list',
  number: number,
  run: () => Promise<never>,
): void {
  const original = records[method].bind(records) as (...values: readonly unknown[]) => Promise<never>;
  let calls = 0;
  records[method] = (...values: readonly unknown[]) => (++calls === number ? run() : original(...values));
}

/** Number of writes of a poll that sends one batch. The last one releases the lease. */
const WRITES = 9;

it.each([
  ['list', 1],
  ['write', 1],
  ['write', 2],
  ['list', 2],
  ['list', 3],
  ['write', WRITES],
] as const)('settles an aborted poll if call %s %i of the store never responds', async (method, number) => {
  const { options, submit, clock } = world();
  const job = await submit(['x']);
  let resolve = (): void => undefined;
  const reached = new Promise<void>((onReached) => {
    resolve = onReached;
  });
  replaceCall(options.records, method, number, () => {
    resolve();
    return never;
  });
  const controller = new AbortController();
  const outcome = job.poll({ signal: controller.signal }).catch((error: unknown) => error);
  await reached;
  controller.abort();
  await clock.advance(50);
  expect(await outcome).toMatchObject({ kind: 'aborted' });
});

it('waits between two searches for a batch after a failed search', async () => {
  const { submit, a, clock } = world();
  const job = await submit(['x']);
  a.fault = (op) => {
    if (op === 'create' || op === 'find') throw failure('network');
  };
  await job.poll();
  expect(await job.poll()).toMatchObject({ nextMs: 60_000 });
  a.fault = () => undefined;
  await clock.advance(60_000);
  expect(await job.poll()).toMatchObject({ nextMs: 15_000 });
});

it('moves the items if the vendor no longer has the results of an ended batch', async () => {
  const { submit, a, b } = world();
  const job = await submit(['x'], { spec: 'a/m,b/m' });
  await job.poll();
  a.end();
  a.fault = (op) => {
    if (op === 'results') throw failure('not-found', 404);
  };
  await job.poll();
  b.end();
  expect(await job.poll()).toMatchObject({ state: 'done', answered: 1 });
  const [result] = await resultsOf(job);
  expect(result?.response?.attempts).toMatchObject([
    { target: 'a/m', error: { kind: 'server' } },
    { target: 'b/m', outcome: 'finished' },
  ]);
});

it('ignores a failed release of the lease, because the lease expires', async () => {
  const { options, submit } = world();
  const job = await submit(['x']);
  let hasFailed = false;
  replaceCall(options.records, 'write', WRITES, () => {
    hasFailed = true;
    return Promise.reject(new Error('the connection broke'));
  });
  expect(await job.poll()).toMatchObject({ state: 'running', sent: 1 });
  expect(hasFailed).toBe(true);
});

it('ignores errors and rejections of onProgress', async () => {
  const { submit, a } = world();
  const job = await submit(['x']);
  await job.poll();
  a.end();
  const rejected = (): Promise<never> => Promise.reject(new LlmError('network', 'the database is down'));
  const onProgress = rejected as () => void;
  expect(await job.done({ onProgress })).toMatchObject({ state: 'done' });
});
