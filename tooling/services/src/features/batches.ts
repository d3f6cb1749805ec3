import {
  createBatches,
  type Batches,
  type BatchItem,
  type BatchJob,
  type JobRequest,
} from '@majordomo/batch';
import { createMajordomo, user } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import { fakeProvider } from '@majordomo/testing';
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { type FeatureCase, UNUSUAL_NAMES } from './feature-case.ts';

const SPACE = 'batches';
/** Number of items of several pages. */
const MANY = 600;

/** Jobs of a process, and the texts of its calls. */
interface Process {
  readonly batches: Batches;
  readonly calls: readonly string[];
}

/** Starts a process. Its provider has no batch API, so that each item is sent as a live call. */
function start(records: RecordStore, name = 're'): Process {
  const calls: string[] = [];
  const turn = ({ messages }: { readonly messages: readonly unknown[] }): string => {
    const text = JSON.stringify(messages);
    calls.push(text);
    return `${name}: ${text}`;
  };
  const provider = fakeProvider({ id: 'lab', models: { x: Array.from({ length: MANY * 2 }, () => turn) } });
  return {
    batches: createBatches({ majordomo: createMajordomo({ providers: [provider] }), records }),
    calls,
  };
}

const itemsOf = (texts: readonly string[]): readonly BatchItem[] =>
  texts.map((text) => ({ id: text, request: { messages: [user(text)] } }));

const job = (key: string, items: JobRequest['items']): JobRequest => ({
  key,
  spec: 'lab/x',
  items,
  live: { when: 'failed' },
});

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `item ${at}`);

/** Returns the answers of a job as `id: process`, or `id: error`. */
async function answersOf(of: BatchJob, from?: number): Promise<readonly string[]> {
  const answers: string[] = [];
  for await (const { id, response, error } of of.results({ from }))
    answers.push(
      `${id}: ${response !== undefined && 'text' in response ? response.text.split(':')[0] : error?.kind}`,
    );
  return answers;
}

const answersBy = (name: string, ids: readonly string[]): readonly string[] =>
  ids.map((id) => `${id}: ${name}`);

/** Ends the lease of a job, as if its holder were stopped for longer. */
async function endLease(records: RecordStore, key: string): Promise<void> {
  equal((await records.write(SPACE, [{ type: 'touch', key: `job/${key}`, dueMs: 0 }])) !== undefined, true);
}

/** Store of a process that is stopped before its write of this number, starting at 1. */
function stopping(records: RecordStore, number: number) {
  let stop = (): void => undefined;
  let resume = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const resumed = new Promise<void>((resolve) => (resume = resolve));
  let writes = 0;
  const store: RecordStore = {
    ...records,
    async write(space, changes) {
      if (++writes === number) {
        stop();
        await resumed;
      }
      return records.write(space, changes);
    },
  };
  return { store, stopped, resume };
}

/** Store whose write of this number, starting at 1, fails: before the write, or after it, so that its reply is lost. */
function failing(records: RecordStore, number: number, when: 'before' | 'after') {
  let writes = 0;
  const store: RecordStore = {
    ...records,
    async write(space, changes) {
      const isFailing = ++writes === number;
      if (isFailing && when === 'before') throw new Error('the connection broke');
      const versions = await records.write(space, changes);
      if (isFailing) throw new Error('the connection broke');
      return versions;
    },
  };
  return { store, hasFailed: () => writes >= number };
}

const SUBMISSIONS: readonly FeatureCase[] = [
  {
    name: 'batches: answers a job of another process, with ids and texts of any characters',
    async run([mine, theirs]) {
      await start(mine).batches.submit(job('a', itemsOf(UNUSUAL_NAMES)));
      const other = start(theirs);
      const opened = await other.batches.open('a');
      const progress = await opened.poll();
      deepEqual(
        [progress.state, progress.answered, progress.total],
        ['done', UNUSUAL_NAMES.length, UNUSUAL_NAMES.length],
      );
      deepEqual(other.calls.toSorted(), UNUSUAL_NAMES.map((text) => JSON.stringify([user(text)])).toSorted());
      const found = await start(mine).batches.open('a');
      deepEqual(await answersOf(found), answersBy('re', UNUSUAL_NAMES));
      deepEqual(await answersOf(found, 4), answersBy('re', UNUSUAL_NAMES.slice(4)));
    },
  },
  {
    name: 'batches: distinguishes keys by every character, and lists them',
    async run([mine, theirs]) {
      const { batches } = start(mine);
      deepEqual(await batches.keys(), []);
      for (const key of UNUSUAL_NAMES) await batches.submit(job(key, itemsOf([`of ${key}`.slice(0, 200)])));
      const other = start(theirs).batches;
      deepEqual(await other.keys(), UNUSUAL_NAMES.toSorted());
      for (const key of UNUSUAL_NAMES) {
        const opened = await other.open(key);
        await opened.poll();
        deepEqual(await answersOf(opened), [`${`of ${key}`.slice(0, 200)}: re`]);
      }
      await rejects(other.open('b'), { kind: 'not-found' });
    },
  },
  {
    name: 'batches: stores items once and in order if several processes submit them at the same time',
    async run([mine, theirs]) {
      const ids = numbered(MANY);
      const processes = [mine, theirs, mine, theirs].map((records) => start(records));
      await Promise.all(processes.map(({ batches }) => batches.submit(job('a', itemsOf(ids)))));
      const opened = await start(theirs).batches.open('a');
      deepEqual((await opened.progress()).waiting, MANY);
      await (await start(mine).batches.open('a')).cancel();
      deepEqual((await opened.poll()).failed, MANY);
      deepEqual(await answersOf(opened), answersBy('aborted', ids));
      deepEqual(await answersOf(opened, MANY - 3), answersBy('aborted', ids.slice(MANY - 3)));
    },
  },
];

const LOCKS: readonly FeatureCase[] = [
  {
    name: 'batches: lets one of several parallel polls work',
    async run([mine, theirs]) {
      const ids = numbered(20);
      await start(mine).batches.submit(job('a', itemsOf(ids)));
      const processes = [mine, theirs, mine, theirs].map((records) => start(records));
      await Promise.all(processes.map(async ({ batches }) => (await batches.open('a')).poll()));
      deepEqual(
        processes.map(({ calls }) => calls.length).toSorted((a, b) => a - b),
        [0, 0, 0, 20],
      );
      deepEqual(await answersOf(await start(theirs).batches.open('a')), answersBy('re', ids));
    },
  },
  {
    name: 'batches: refuses each change of a process whose lock another process has taken',
    async run([mine, theirs]) {
      const ids = numbered(3);
      // The first write of a poll takes the lock. The loop ends when the poll makes fewer writes than `number`.
      for (let number = 2; ; number++) {
        const key = `job ${number}`;
        await start(mine).batches.submit(job(key, itemsOf(ids)));
        const process = stopping(mine, number);
        const poll = start(process.store, 'late')
          .batches.open(key)
          .then((opened) => opened.poll());
        const isStopped = await Promise.race([process.stopped.then(() => true), poll.then(() => false)]);
        if (!isStopped) return;
        await endLease(theirs, key);
        const opened = await start(theirs).batches.open(key);
        const { answered } = await opened.progress();
        equal((await opened.poll()).state, 'done');
        const before = await answersOf(opened);
        process.resume();
        equal((await poll).state, 'done');
        deepEqual(await answersOf(opened), before);
        equal(before.filter((text) => text.endsWith('late')).length, answered);
      }
    },
  },
  {
    name: 'batches: finds a cancellation by another process at the next change',
    async run([mine, theirs]) {
      const ids = numbered(3);
      await start(mine).batches.submit(job('a', itemsOf(ids)));
      const process = stopping(mine, 2);
      const poll = start(process.store)
        .batches.open('a')
        .then((opened) => opened.poll());
      await process.stopped;
      const opened = await start(theirs).batches.open('a');
      await opened.cancel();
      equal((await opened.progress()).state, 'cancelling');
      process.resume();
      deepEqual([(await poll).state, (await poll).failed], ['done', 3]);
      deepEqual(await answersOf(opened), answersBy('aborted', ids));
    },
  },
  {
    name: 'batches: answers each item, whichever write fails or loses its reply',
    async run([mine, theirs]) {
      const ids = numbered(3);
      for (const when of ['before', 'after'] as const)
        for (let number = 1, isCut = true; isCut; number++) {
          const key = `${when} ${number}`;
          const process = failing(mine, number, when);
          const { batches } = start(process.store, 'first');
          const work = batches.submit(job(key, itemsOf(ids))).then((submitted) => submitted.poll());
          await work.catch(() => undefined);
          isCut = process.hasFailed();
          const other = start(theirs, 'second').batches;
          const opened = await other.submit(job(key, itemsOf(ids)));
          await endLease(theirs, key);
          const progress = await opened.poll();
          deepEqual([progress.state, progress.answered, progress.failed], ['done', 3, 0]);
          deepEqual(
            (await answersOf(opened)).map((text) => text.split(':')[0]),
            ids,
          );
        }
    },
  },
];

const REMOVALS: readonly FeatureCase[] = [
  {
    name: 'batches: removes all records of a job and no others, and its key can be used again',
    async run([mine, theirs]) {
      const { batches } = start(mine);
      const ids = numbered(3);
      for (const key of ['a', 'a/b']) await batches.submit(job(key, itemsOf(ids)));
      const [first, second] = [await batches.open('a'), await start(theirs).batches.open('a/b')];
      await rejects(first.remove(), { kind: 'denied' });
      await first.cancel();
      await first.poll();
      await second.poll();
      await first.remove();
      await rejects(first.progress(), { kind: 'not-found' });
      await rejects(first.remove(), { kind: 'not-found' });
      deepEqual(await batches.keys(), ['a/b']);
      deepEqual(await answersOf(second), answersBy('re', ids));
      const again = await start(theirs).batches.submit(job('a', itemsOf(['new'])));
      equal((await again.poll()).answered, 1);
      for (const done of [again, second]) await done.remove();
      deepEqual(await mine.list(SPACE, { limit: 1 }), []);
    },
  },
  {
    name: 'batches: completes an interrupted removal with the next one',
    async run([mine, theirs]) {
      const { batches } = start(theirs);
      for (const key of ['a', 'b']) await (await batches.submit(job(key, itemsOf(['x'])))).poll();
      const { store } = failing(mine, 2, 'before');
      await rejects((await start(store).batches.open('a')).remove());
      await rejects(batches.open('a'), { kind: 'not-found' });
      deepEqual(await batches.keys(), ['b']);
      equal((await mine.list(SPACE, { prefix: 'rows/', values: false, limit: 99 })).length > 3, true);
      await (await batches.open('b')).remove();
      deepEqual(await mine.list(SPACE, { limit: 1 }), []);
    },
  },
];

/** Cases of stored batch jobs and their items. */
export const batchCases: readonly FeatureCase[] = [...SUBMISSIONS, ...LOCKS, ...REMOVALS];
