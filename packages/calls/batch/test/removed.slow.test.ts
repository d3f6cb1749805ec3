import { LlmError, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createBatches, type BatchItem, type BatchJob } from '../src/index.ts';
import { items, summariesOf, world, type World } from './support/jobs.ts';
import { PausedProcess, type Stop } from './support/paused-process.ts';

const FIRST = items('x', 'y', 'z');
const SECOND: readonly BatchItem[] = ['x', 'y', 'z', 'new'].map((id) => ({
  id,
  request: { messages: [user(`new ${id}`)] },
}));
const RESULTS = ['x: re: new x', 'y: re: new y', 'z: re: new z', 'new: re: new new'];

async function finish(job: BatchJob, { clock, a }: World): Promise<void> {
  while ((await job.poll()).state !== 'done') {
    await clock.advance(61_000);
    a.end();
  }
}

/** Runs work until it stops at a call. Returns whether it has stopped. */
const stops = (process: PausedProcess): Promise<boolean> =>
  Promise.race([process.stopped.then(() => true), process.work.then(() => false)]);

/**
 * Stops a process in `method`. Another process finishes and removes the job, and submits another job with its key. The first process
 * continues at call `at` of this submission. Returns whether the submission has this call, and the results of the new job.
 */
async function run(
  method: 'submit' | 'cancel' | 'remove',
  stop: Stop,
  at: number,
): Promise<{ readonly isReached: boolean; readonly results: readonly string[] }> {
  const common = world();
  const { options, batches } = common;
  const open = (process: PausedProcess) =>
    createBatches({ ...options, records: process.wrap(options.records) });
  const job = { key: 'j', spec: 'a/m', items: FIRST };

  const first = new PausedProcess(stop);
  if (method !== 'submit') await batches.submit(job);
  if (method === 'remove') await finish(await batches.open('j'), common);
  const late = open(first);
  const change = async () => (method === 'submit' ? late.submit(job) : (await late.open('j'))[method]());
  first.work = change().then(
    () => undefined,
    // A submission rejects, because its job was removed.
    (error: unknown) => {
      expect(LlmError.is(error, 'denied', 'not-found'), String(error)).toBe(true);
    },
  );
  expect(await stops(first)).toBe(true);

  const present = await batches.submit(job);
  await finish(present, common);
  await present.remove();
  const second = new PausedProcess((_, number) => number === at);
  second.work = open(second)
    .submit({ ...job, items: SECOND })
    .then((next) => finish(next, common));
  const isReached = await stops(second);
  first.resume();
  await first.work;
  second.resume();
  await second.work;
  return { isReached, results: await summariesOf(await batches.open('j')) };
}

/**
 * Distance between the calls of the new submission at which a case continues. The cases of the default run start at different
 * calls, so that together they test each call. With SOAK=1, as in the nightly run, each case tests each call.
 */
const STEP = process.env['SOAK'] === undefined ? 5 : 1;

describe.each<[method: 'submit' | 'cancel' | 'remove', call: string, number: number, firstCall: number]>([
  ['submit', 'after write', 1, 0],
  ['submit', 'before write', 2, 1],
  ['submit', 'before write', 3, 2],
  ['cancel', 'before write', 1, 3],
  ['remove', 'before write', 1, 4],
  ['remove', 'before write', 2, 0],
])('%s that stops %s (%d) while the job is removed', (method, call, number, firstCall) => {
  it('does not change a new job with the same key', async () => {
    let isReached = true;
    for (let at = firstCall % STEP; isReached; at += STEP) {
      let found = 0;
      const result = await run(method, (name) => name === call && ++found === number, at);
      expect(result.results, `continued at call ${at}`).toEqual(RESULTS);
      isReached = result.isReached;
    }
  });
});

it('rejects a job of a newer format', async () => {
  const { options } = world();
  const value = JSON.stringify({ format: 2, data: {} });
  await options.records.write('batches', [{ type: 'put', key: 'job/j', label: 'job', value }]);
  await expect(createBatches(options).open('j')).rejects.toMatchObject({
    kind: 'config',
    message: expect.stringContaining('the job "j": stored in format 2 by a newer version'),
  });
});
