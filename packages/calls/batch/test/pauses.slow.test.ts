import { createLedger, type LongWork } from '@majordomo/ledger';
import { seededRandom } from '@majordomo/testing';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createBatches, type Batches } from '../src/index.ts';
import {
  BATCH_NANO,
  HOUR_MS,
  items,
  ledgerFixture,
  prices,
  summariesOf,
  world,
  type LedgerFixture,
  type World,
} from './support/jobs.ts';
import { PausedProcess, type Stop } from './support/paused-process.ts';

const LEASE_MS = 31_000;
const never: Stop = () => false;

/** Job of two batches that several processes poll. Only one of the processes runs at a time. The others are stopped. */
class Scene {
  readonly common: World;
  readonly money: LedgerFixture;
  private readonly texts: readonly string[];
  private running: PausedProcess | undefined;

  private constructor(count: number, isNameless: boolean) {
    this.texts = Array.from({ length: count }, (_, index) => `t${index}`);
    this.common = world({ most: { requests: Math.ceil(count * 0.6) } }, { vendor: { isNameless } });
    this.money = ledgerFixture(this.common.clock);
    this.common.a.fault = (op, isDone) => this.running?.call(`${isDone ? 'after' : 'before'} ${op}`);
  }

  static async submit(count: number, isNameless = false): Promise<Scene> {
    const scene = new Scene(count, isNameless);
    await scene
      .open(new PausedProcess(never))
      .submit({ key: 'j', spec: 'a/m', items: items(...scene.texts) });
    return scene;
  }

  private open(process: PausedProcess): Batches {
    const { options, clock } = this.common;
    return createBatches({
      ...options,
      ledger: this.money.ledger,
      records: process.wrap(options.records),
      clock: process.clock(clock),
    });
  }

  /**
   * Starts a process that polls until it stops, or until it has polled often enough, after the leases of earlier processes have
   * ended. Returns whether it has stopped.
   */
  async start(process: PausedProcess, polls: number): Promise<boolean> {
    await this.common.clock.advance(LEASE_MS);
    this.running = process;
    process.work = this.poll(process, polls);
    const isStopped = await Promise.race([process.stopped.then(() => true), process.work.then(() => false)]);
    this.running = undefined;
    return isStopped;
  }

  /** Lets a stopped process finish its polls. */
  async resume(process: PausedProcess): Promise<void> {
    this.running = process;
    process.resume();
    await process.work;
    this.running = undefined;
  }

  private async poll(process: PausedProcess, polls: number): Promise<void> {
    const { a, clock } = this.common;
    const job = await this.open(process).open('j');
    for (let number = 0; number < polls; number++) {
      if ((await job.poll()).state === 'done') return;
      // Only a process that no other process has overtaken advances the time and the vendor.
      if (this.running === process) await clock.advance(61_000);
      a.end();
    }
  }

  /** Finishes the job in a further process, and checks that each item was sent and answered once. */
  async finish(): Promise<void> {
    const { common, texts, money } = this;
    const process = new PausedProcess(never);
    await this.start(process, 20);
    const job = await this.open(process).open('j');
    expect(await job.progress()).toMatchObject({ state: 'done', answered: texts.length });
    expect(await summariesOf(job)).toEqual(texts.map((text) => `${text}: re: ${text}`));
    const sent = common.a.batches
      .filter(({ state }) => state !== 'cancelling')
      .flatMap(({ lines }) => lines.map(({ body }) => body['text']));
    expect(sent.toSorted()).toEqual(texts.toSorted());
    expect([...common.a.files.values()]).toEqual([]);
    expect(readdirSync(common.folder)).toEqual([]);
    expect(await money.state()).toEqual({ used: BigInt(texts.length) * BATCH_NANO, held: 0n });
  }
}

/** Stops at the call with this name and number, starting at 1, after the first call named `since`. */
const nth = (name: string, number: number, since?: string): Stop => {
  let found = 0;
  let isCounting = since === undefined;
  return (call) => {
    isCounting ||= call === since;
    return isCounting && call === name && ++found === number;
  };
};

/** Number of items of which a batch has two pages, and of a job with one page. */
const [MANY, FEW] = [450, 10];

it.each([
  ['while it plans', MANY, nth('before list', 5)],
  ['before it writes a page to the input file', MANY, nth('after write', 4)],
  ['between the input file and the upload', FEW, nth('before upload', 1)],
  ['before the vendor responds to the upload', FEW, nth('after upload', 1)],
  ['between the upload and the creation', FEW, nth('before create', 1)],
  ['before the vendor responds to the creation', FEW, nth('after create', 1)],
  ['before it reads results', FEW, nth('before results', 1)],
  ['while it writes results', MANY, nth('before write', 2, 'after results')],
  ['before it deletes the files', FEW, nth('before remove', 1)],
])(
  'sends every item once if a process stops %s and another process continues (%i items)',
  async (_, count, stop) => {
    const scene = await Scene.submit(count);
    const process = new PausedProcess(stop);
    expect(await scene.start(process, 2)).toBe(true);
    await scene.start(new PausedProcess(never), 8);
    await scene.resume(process);
    await scene.finish();
  },
);

it('sends every item once if a process continues while another process writes the input of the same batch', async () => {
  const scene = await Scene.submit(MANY);
  const first = new PausedProcess(nth('after list', 5));
  const second = new PausedProcess(nth('after list', 6));
  expect(await scene.start(first, 1)).toBe(true);
  expect(await scene.start(second, 1)).toBe(true);
  await scene.resume(first);
  await scene.resume(second);
  await scene.finish();
});

it('does not take the lease again for a process that continues after another process has had the lease', async () => {
  const scene = await Scene.submit(5);
  await scene.start(new PausedProcess(never), 1);
  const { a, clock } = scene.common;
  const stopped = new PausedProcess(nth('before look', 1));
  expect(await scene.start(stopped, 1)).toBe(true);
  await scene.start(new PausedProcess(never), 1);
  // The vendor does not respond to the request that the process sent before it was stopped.
  a.fault = () => new Promise(() => undefined);
  stopped.resume();
  await clock.advance(LEASE_MS);
  a.fault = () => undefined;
  const dueTimes: number[] = [];
  for (let seconds = 0; seconds < 60; seconds += 5) {
    await clock.advance(5000);
    dueTimes.push((await scene.common.options.records.get('batches', 'job/j'))?.dueMs ?? 0);
  }
  expect(Math.max(...dueTimes)).toBe(0);
});

it('holds nothing for a batch that was denied, if the store receives an earlier reservation of the batch late', async () => {
  const { clock, a, b, options } = world();
  const limit = {
    name: 'requests',
    max: { requests: 3 },
    per: 'ever',
    where: { vendor: ['a'] },
    whenSpent: 'advance',
  } as const;
  const { ledger, store } = ledgerFixture(clock, [limit]);
  const process = new PausedProcess(nth('before reserve', 1));
  const stopped = createLedger({ store: process.wrap(store), clock, limits: [limit], catalog: prices });
  const job = await createBatches({ ...options, ledger }).submit({
    key: 'j',
    spec: 'a/m,b/m',
    items: items('x', 'y'),
  });
  const late = await createBatches({ ...options, ledger: stopped }).open('j');
  const poll = late.poll().catch((error: unknown) => error);
  await process.stopped;
  await clock.advance(LEASE_MS);
  expect(await poll).toMatchObject({ kind: 'denied' });

  const other: LongWork = {
    id: 'other',
    operation: 'batch',
    target: 'a/m',
    vendor: 'a',
    call: { id: 'other', spec: 'a/m', tenant: undefined, metadata: {} },
  };
  await ledger.reserve(other, { requests: 3, input: 0, output: 0, nanoUsd: '0' }, HOUR_MS);
  while ((await job.poll()).state !== 'done') {
    await clock.advance(61_000);
    b.end();
  }
  const cost = { nanoUsd: 0n, basis: 'catalogue', missing: [] } as const;
  await ledger.settle(other, { requests: 0, usage: undefined, cost, outcome: 'failed', ms: 0 });
  process.resume();
  await clock.advance(LEASE_MS);
  expect(a.batches).toEqual([]);
  expect(await ledger.state('requests')).toMatchObject([{ used: 0n, held: 0n }]);
});

/**
 * Distance between the tested calls of a case. The cases of the default run start at different calls, so that together they test
 * each call. With SOAK=1, as in the nightly run, each case tests each call.
 */
const STEP = process.env['SOAK'] === undefined ? 4 : 1;

describe.each([
  { isNameless: false, polls: 1, firstCall: 0 },
  { isNameless: false, polls: 8, firstCall: 1 },
  { isNameless: true, polls: 1, firstCall: 2 },
  { isNameless: true, polls: 8, firstCall: 3 },
])('a process that stops while another process polls (%o)', ({ isNameless, polls, firstCall }) => {
  it('sends every item once, at whichever call it stops', async () => {
    let isStopped = true;
    for (let at = firstCall % STEP; isStopped; at += STEP) {
      const scene = await Scene.submit(5, isNameless);
      const process = new PausedProcess((_, number) => number === at);
      try {
        isStopped = await scene.start(process, 2);
        await scene.start(new PausedProcess(never), polls);
        await scene.resume(process);
        await scene.finish();
      } catch (cause) {
        throw new Error(`stopped at call ${at}, ${process.calls[at]}: ${String(cause)}`, { cause });
      }
    }
  });
});

async function runRandomly(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const scene = await Scene.submit(5, random() < 0.3);
  const stopped: PausedProcess[] = [];
  for (let count = 2 + pick(2); count > 0; count--) {
    const at = pick(80);
    const process = new PausedProcess((_, number) => number === at);
    if (await scene.start(process, 1 + pick(3))) stopped.push(process);
    if (random() < 0.3) await scene.common.clock.advance(121_000);
  }
  while (stopped.length > 0) {
    const [process] = stopped.splice(pick(stopped.length), 1);
    if (process !== undefined) await scene.resume(process);
  }
  await scene.finish();
}

/** Groups of ten seeds. With SOAK=1, as in the nightly run, ten. */
const GROUPS = process.env['SOAK'] === undefined ? 1 : 10;

it.each(Array.from({ length: GROUPS }, (_, group) => group))(
  'sends every item once if processes stop and continue at random calls (seeds %#0 to %#9)',
  async (group) => {
    for (let seed = group * 10; seed < group * 10 + 10; seed++)
      await runRandomly(seed).catch((cause: unknown) => {
        throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
      });
  },
);
