import {
  user,
  createMajordomo,
  type Attempt,
  type AttemptInfo,
  type Denial,
  type Permit,
  type Usage,
} from '@majordomo/core';
import { createLedger, memoryStore, type Ledger, type LedgerStore, type Limit } from '@majordomo/ledger';
import { describeWith, startRedis, type Redis } from '@majordomo/services';
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock, fakeProvider, seededRandom, type FakeClock } from '@majordomo/testing';
import { Redis as Ioredis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NOON, PRICED } from '../../../../packages/calls/ledger/test/support/fixture.ts';

const SEEDS = Array.from({ length: Number(process.env['BOOKS_SEEDS'] ?? 8) }, (_, at) => at + 1);
const STEPS = 60;

/** Valid and invalid counts in the usage of a vendor. */
const COUNTS = [0, 1, 7.5, 1000, -5, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER, 1e300, undefined];
const COSTS = ['0', '1', '2500000', '-7', 'NaN', '1.5', '', `${2n ** 63n - 1n}`, `${2n ** 70n}`, undefined];
const TENANTS = ['a', 'b', undefined];

/** Returns an attempt as core passes it to a gate. */
async function attemptTemplate(clock: FakeClock): Promise<AttemptInfo> {
  let template: AttemptInfo | undefined;
  const gate = {
    name: 'capture',
    admit(attempt: AttemptInfo) {
      template = attempt;
      return { settle: () => undefined };
    },
  };
  const provider = fakeProvider({ id: 'acme', vendor: 'acme', models: { x: ['yes'] }, clock });
  const majordomo = createMajordomo({ providers: [provider], gates: [gate], clock });
  await majordomo.model('acme/x').generate({ messages: [user('hi')], maxTokens: 100 });
  return template!;
}

const isPermit = (answer: Permit | Denial | undefined): answer is Permit =>
  answer !== undefined && 'settle' in answer;

type Random = () => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

function outcomeBy(random: Random): Attempt {
  const outcome = pick(random, ['finished', 'finished', 'failed', 'abandoned', 'skipped'] as const);
  const reportedNanoUsd = pick(random, COSTS);
  const count = (): number => pick(random, COUNTS) as number;
  const usage: Usage | undefined =
    random() < 0.3
      ? undefined
      : {
          input: count(),
          output: count(),
          cacheRead: count(),
          cacheWrite: undefined,
          reasoning: count(),
          ...(random() < 0.4 && { details: { reportedNanoUsd } }),
        };
  return { target: 'acme/x', outcome, error: undefined, usage, ms: 5 };
}

/**
 * Sends the same random actions to every ledger. Returns the results, limit states, records and reports of each ledger. Omits
 * the times of resets, because Redis has a separate clock.
 */
async function play(ledgers: readonly Ledger[], seed: number, clock: FakeClock): Promise<readonly unknown[]> {
  const random = seededRandom(seed);
  const template = await attemptTemplate(clock);
  const open: (readonly (Permit | undefined)[])[] = [];
  const settled: (readonly (Permit | undefined)[])[] = [];
  const outputs = ledgers.map((): unknown[] => []);
  const settle = async (permits: readonly (Permit | undefined)[], outcome: Attempt): Promise<void> => {
    for (const permit of permits) await permit?.settle(outcome);
  };
  for (let step = 0; step < STEPS; step++) {
    const action = random();
    if (action < 0.45) {
      const tenant = pick(random, TENANTS);
      const attempt: AttemptInfo = {
        ...template,
        attempt: 1 + Math.floor(random() * 3),
        call: { ...template.call, id: `call ${Math.floor(random() * 40)}`, tenant },
      };
      const answers = await Promise.all(ledgers.map(async (ledger) => ledger.gate.admit(attempt)));
      for (const [at, answer] of answers.entries())
        outputs[at]!.push(isPermit(answer) ? 'admitted' : answer?.deny.replace(/ at \d{4}-.*/, ''));
      open.push(answers.map((answer) => (isPermit(answer) ? answer : undefined)));
    } else if (action < 0.8 && open.length > 0) {
      const [permits] = open.splice(Math.floor(random() * open.length), 1);
      await settle(permits!, outcomeBy(random));
      settled.push(permits!);
    } else if (action < 0.9 && settled.length > 0) {
      await settle(pick(random, settled), outcomeBy(random));
    } else {
      const id = `entry ${Math.floor(random() * 5)}`;
      const usd = pick(random, ['0', '0.000000001', '1.5', '9223372036', '9999999999']);
      const entry = { vendor: 'acme', usd, id, tenant: pick(random, TENANTS) };
      for (const [at, ledger] of ledgers.entries())
        outputs[at]!.push(
          await ledger.book(entry).then(
            () => 'booked',
            (error: unknown) => String(error),
          ),
        );
    }
    for (const ledger of ledgers) await ledger.flush();
    for (const [at, ledger] of ledgers.entries())
      outputs[at]!.push(
        (await ledger.state()).map(({ used, held, left, limit, key }) => ({ used, held, left, limit, key })),
      );
  }
  for (const [at, ledger] of ledgers.entries())
    for await (const record of ledger.records()) outputs[at]!.push({ ...record, ms: 0 });
  for (const [at, ledger] of ledgers.entries()) outputs[at]!.push(await ledger.report({ by: ['tenant'] }));
  return outputs;
}

const LIMITS: readonly Limit[] = [
  { name: 'money', max: { usd: '5000000000' }, per: 'ever' },
  { name: 'tokens', max: { tokens: 9_007_199_254_740_991 }, per: 'day' },
  { name: 'each', max: { requests: 6 }, per: 'day', each: ['tenant'], zone: 'Asia/Kathmandu' },
];

describeWith('redis', 'the same calls on three stores', () => {
  let server: Redis;
  let client: Ioredis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Ioredis(server.url);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it.each(SEEDS)(
    'lead to the same results for any usage and repeated calls (seed %i)',
    async (seed) => {
      const clock = fakeClock(NOON);
      const stores: readonly LedgerStore[] = [
        memoryStore({ clock }),
        sqliteStores(':memory:', { clock }).ledger,
        redisStores({ client, prefix: `same books ${seed}`, timeoutMs: 10_000 }).ledger,
      ];
      const ledgers = stores.map((store) => createLedger({ store, clock, catalog: PRICED, limits: LIMITS }));
      const [first, ...others] = await play(ledgers, seed, clock);
      for (const other of others) expect(other).toEqual(first);
      for (const ledger of ledgers) await ledger.close();
    },
    60_000,
  );
});
