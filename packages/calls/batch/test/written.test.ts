import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Crash } from '@majordomo/test-support';
import type { JsonObject } from '@majordomo/core';
import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { createBatches, memoryBatchStore, type BatchRow, type BatchStore } from '../src/index.ts';
import { items, resultsOf, world, type World } from './support/jobs.ts';
import type { Op } from './support/vendor.ts';

// Jobs of processes that crashed, as releases stored them. WRITE_STORED=1 writes the file of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, `${manifest.version}.json`);
const TEXTS = ['v', 'w', 'x', 'y', 'z'];
/** Operation at which a process crashes, before or after the store or the vendor handles it. */
type Step = readonly [op: Op | 'move', when: 'before' | 'after'];
const STEPS: readonly Step[] = [
  ['move', 'before'],
  ['move', 'after'],
  ['upload', 'before'],
  ['upload', 'after'],
  ['create', 'before'],
  ['create', 'after'],
  ['look', 'after'],
  ['results', 'after'],
  ['remove', 'before'],
];

/** Stored job, with the data at the vendor. */
interface Written {
  readonly step: Step;
  readonly job: JsonObject;
  readonly rows: readonly BatchRow[];
  readonly files: readonly [string, { readonly name: string; readonly text: string }][];
  readonly batches: World['a']['batches'];
}

/** Runs a job until its process crashes. */
async function write(step: Step): Promise<Written> {
  const { options, a } = world({ most: { requests: 3 } });
  const store = options.store as BatchStore;
  const process = { isDead: false };
  const crash = (op: Step[0], when: Step[1]): void => {
    process.isDead ||= op === step[0] && when === step[1];
    if (process.isDead) throw new Crash();
  };
  a.fault = (op, isDone) => crash(op, isDone ? 'after' : 'before');
  const dying: BatchStore = {
    ...store,
    save: async (...values) => (process.isDead ? Promise.reject(new Crash()) : store.save(...values)),
    move: async (...values) => {
      crash('move', 'before');
      const moved = await store.move(...values);
      crash('move', 'after');
      return moved;
    },
  };
  const job = await createBatches({ ...options, store: dying }).submit({
    key: 'j',
    spec: 'a/m',
    items: items(...TEXTS),
  });
  for (let polls = 0; polls < 2 && !process.isDead; polls++) {
    await job.poll().catch(() => undefined);
    a.end();
  }
  const stored = await store.load('j');
  if (!process.isDead || stored === undefined) throw new Error(`no crash at ${step.join()}`);
  const rows = await store.rows('j', { limit: 10 });
  return { step, job: stored.job, rows, files: [...a.files], batches: a.batches };
}

it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
  'writes the jobs of this release',
  async () => {
    const written: Written[] = [];
    for (const step of STEPS) written.push(await write(step));
    writeFileSync(FILE, `${JSON.stringify(written, undefined, 2)}\n`);
  },
);

const files = readdirSync(WRITTEN);

it('jobs of the first release are stored', () => {
  expect(files).toContain('1.0.0.json');
});

const read = (name: string): readonly Written[] =>
  JSON.parse(readFileSync(join(WRITTEN, name), 'utf8')) as readonly Written[];

it.each(files.flatMap((name) => read(name).map((written) => ({ name, step: written.step.join(), written }))))(
  'the job of $name whose process crashed at $step ends every item once, and leaves no file',
  async ({ written }) => {
    const { options, a, clock } = world({ most: { requests: 3 } });
    const store = memoryBatchStore({ clock });
    await store.save('j', written.job, 0);
    await store.add('j', written.rows, 1);
    for (const [id, file] of written.files) a.files.set(id, file);
    a.batches.push(...written.batches);
    a.count = 100;
    const job = await createBatches({ ...options, store }).open('j');
    for (let polls = 0; polls < 5; polls++) {
      await job.poll();
      await clock.advance(121_000);
      a.end();
    }
    expect(await job.progress()).toMatchObject({ state: 'done', answered: 5 });
    expect((await resultsOf(job)).map(({ id }) => id)).toEqual(TEXTS);
    const sent = a.batches.flatMap(({ lines }) => lines.map(({ body }) => body['text']));
    expect(sent.toSorted()).toEqual(TEXTS);
    expect([...a.files.keys()]).toEqual([]);
  },
);
