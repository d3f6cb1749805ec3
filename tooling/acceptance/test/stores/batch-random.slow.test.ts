import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LlmError, user } from '@majordomo/core';
import type { ItemResult } from '@majordomo/batch';
import { startBatchServer, type BatchServerOptions } from '@majordomo/conformance';
import { createLedger, memoryStore } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import {
  describeWith,
  startPostgres,
  startRedis,
  type Postgres,
  type Redis as RedisServer,
} from '@majordomo/services';
import { postgresStores } from '@majordomo/store-postgres';
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { Crash, FakeProcess } from '@majordomo/test-support';
import { seededRandom } from '@majordomo/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBatches, SPECS, type Time } from '../../src/stores/batch-world.ts';

type Result = ReturnType<NonNullable<BatchServerOptions['answer']>>;

const RESULTS: readonly Result[] = [
  'yes',
  'yes',
  'yes',
  { failure: 'overloaded' },
  { failure: 'rate-limit' },
  { failure: 'invalid' },
  { result: 'expired' },
  { result: 'missing' },
  { result: 'not-json' },
  { result: 'twice' },
];
const TARGETS = [SPECS.responses, SPECS.mistral, SPECS.messages, SPECS.gemini];

/** Runs a job over the real SDKs. Several processes die at random calls of the stores or the vendors; the last one finishes. */
async function run(seed: number, records: RecordStore): Promise<void> {
  const random = seededRandom(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const results = new Map<string, Result>();
  let process = new FakeProcess(Infinity);
  const step = (): 'drop' | undefined => {
    try {
      process.step();
      return undefined;
    } catch {
      return 'drop';
    }
  };
  await using server = await startBatchServer({
    looks: pick(2),
    before: step,
    after: step,
    answer({ vendor, text }) {
      const key = `${vendor} ${text}`;
      const result = results.get(key) ?? RESULTS[pick(RESULTS.length)] ?? 'yes';
      results.set(key, result);
      // Only the ids in the lines identify a batch of Anthropic, so each of its batches has a line per request.
      const hasNoLine = typeof result === 'object' && 'result' in result && result.result !== 'twice';
      return vendor === 'anthropic' && hasNoLine ? { result: 'expired' } : result;
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-random-'));
  const time: Time & { offsetMs: number } = { offsetMs: 0 };
  const money = memoryStore();
  const start = (calls: number) => {
    process = new FakeProcess(calls);
    const stores = { records: process.wrap(withShortLeases(records)), ledger: process.wrap(money) };
    return openBatches({ url: server.url, folder, time }, stores).batches;
  };
  try {
    const first = pick(TARGETS.length);
    const targets = [...TARGETS.slice(first), ...TARGETS.slice(0, first)].slice(0, 2 + pick(2));
    const texts = Array.from({ length: 1 + pick(8) }, (_, index) => `item ${index}`);
    const items = texts.map((id) => ({ id, request: { messages: [user(id)], maxTokens: 50 } }));
    await start(Infinity).submit({ key: 'j', spec: targets.join(), items });
    for (let crashes = 1 + pick(3); crashes > 0; crashes--) {
      await pollUntilDeath(start(pick(80)), () => process.isDead);
      time.offsetMs += 31_000 + pick(2) * 121_000;
    }
    const job = await start(Infinity).open('j');
    for (let polls = 0; polls < 60 && (await job.poll()).state !== 'done'; polls++) time.offsetMs += 61_000;
    const progress = await job.progress();
    expect(progress).toMatchObject({ state: 'done', waiting: 0, sent: 0, total: texts.length });
    expect(progress.answered + progress.failed).toBe(texts.length);
    const all: ItemResult[] = [];
    for await (const result of job.results()) all.push(result);
    expect(all.map(({ id }) => id)).toEqual(texts);
    for (const { response, error } of all)
      expect((response === undefined) !== (error === undefined)).toBe(true);
    const sent = server.batches.flatMap(({ vendor, items: own }) =>
      own.map(({ text }) => `${vendor} ${text}`),
    );
    expect(sent.toSorted()).toEqual([...new Set(sent)].toSorted());
    expect(server.files).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    const limits = [{ name: 'money', max: { usd: '1000' }, per: 'ever' }] as const;
    const [books] = await createLedger({ store: money, limits }).state('money');
    const sum = all.reduce((total, { nanoUsd = 0n }) => total + nanoUsd, 0n);
    expect([books?.used ?? 0n, books?.held ?? 0n, progress.nanoUsd]).toEqual([sum, 0n, sum]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends leases after a millisecond, because stores use their own clock, and only one process of a job is alive. */
const withShortLeases = (records: RecordStore): RecordStore => ({
  ...records,
  write: (space, changes) =>
    records.write(
      space,
      changes.map((change) => ('dueMs' in change && change.dueMs ? { ...change, dueMs: 1 } : change)),
    ),
});

async function pollUntilDeath(
  batches: ReturnType<typeof openBatches>['batches'],
  isDead: () => boolean,
): Promise<void> {
  try {
    const job = await batches.open('j');
    for (let polls = 0; polls < 6; polls++) await job.poll();
  } catch (error) {
    // A dead store of the ledger denies the reservation.
    if (!(error instanceof Crash) && !isDead() && !LlmError.is(error, 'denied')) throw error;
  }
}

/** Groups of five seeds. With SOAK=1, as in the nightly run, six. */
const GROUPS = Array.from({ length: process.env['SOAK'] === undefined ? 1 : 6 }, (_, group) => group);
const TIMEOUT_MS = 300_000;

async function runGroup(group: number, open: (seed: number) => RecordStore): Promise<void> {
  for (let seed = group * 5; seed < group * 5 + 5; seed++)
    await run(seed, open(seed)).catch((cause: unknown) => {
      throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
    });
}

describe('random batch jobs in SQLite', () => {
  it.each(GROUPS)(
    'end every item once, wherever processes crash (group %i)',
    { timeout: TIMEOUT_MS },
    (group) => runGroup(group, () => sqliteStores(':memory:').records),
  );
});

describeWith('redis', 'random batch jobs in Redis', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it.each(GROUPS)(
    'end every item once, wherever processes crash (group %i)',
    { timeout: TIMEOUT_MS },
    (group) =>
      runGroup(group, (seed) => redisStores({ client, prefix: `random-${seed}`, timeoutMs: 30_000 }).records),
  );
});

describeWith('postgres', 'random batch jobs in PostgreSQL', () => {
  let server: Postgres;
  let client: pg.Pool;
  beforeAll(async () => {
    server = await startPostgres();
    client = new pg.Pool({ connectionString: server.url });
    // The end of the server ends idle connections.
    client.on('error', () => undefined);
  });
  afterAll(async () => {
    await client.end();
    await server.stop();
  });

  it.each(GROUPS)(
    'end every item once, wherever processes crash (group %i)',
    { timeout: TIMEOUT_MS },
    (group) =>
      runGroup(
        group,
        (seed) => postgresStores({ client, schema: `random_${seed}`, timeoutMs: 30_000 }).records,
      ),
  );
});
