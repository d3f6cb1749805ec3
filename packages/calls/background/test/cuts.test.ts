import type { JobFault } from '@majordomo/conformance';
import { memoryStore, type LedgerStore } from '@majordomo/ledger';
import { CutStore, STORE_CUTS } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { ANSWER_NANO, jobsWorld, REQUEST, type JobsWorld } from './jobs-world.ts';
import { failure } from './world.ts';

const SPEC = 'openai/gpt-5.4';
/** Limit that admits the reservations of two jobs, but not of three. */
const LIMIT_USD = '0.0005';
const LIMIT_NANO = 500_000n;

/** Runs two jobs, one after the other, until nothing is left to do. Checks the amounts of the ledger. */
async function runJobs(all: JobsWorld): Promise<void> {
  const background = all.process();
  for (const key of ['1', '2']) await all.settle(failure(background.model(SPEC).generate(REQUEST, { key })));
  for (let polls = 0; polls < 10; polls++) {
    await all.settle(failure(background.poll()));
    await all.clock.advance(60_000);
  }
  await all.settle(all.ledger.flush());
  const bill = BigInt(all.server.jobs.length) * ANSWER_NANO;
  const [state] = await all.ledger.state();
  const used = state?.used ?? 0n;
  expect(state?.held ?? 0n).toBe(0n);
  expect(used).toBeGreaterThanOrEqual(bill);
  expect(used).toBeLessThanOrEqual(LIMIT_NANO);
  expect(await sumOfRecords(all)).toBe(used);
  await all.clock.advance(48 * 3_600_000);
  expect(await all.ledger.state()).toMatchObject([{ held: 0n }]);
}

async function sumOfRecords(all: JobsWorld): Promise<bigint> {
  const records = await all.records();
  return records.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n);
}

describe('jobs at a vendor', () => {
  it.each([
    ['before a request is executed', 'before', 'drop'],
    ['after a request was executed', 'after', 'drop'],
    ['within a stream', 'after', { cutAfter: 2 }],
  ] as const)('book at least the bill if the connection is cut %s', async (_, when, fault) => {
    for (let at = 0, requests = 1; at < requests; at++) {
      let number = 0;
      const cut = (): JobFault | undefined => (number++ === at ? fault : undefined);
      await using all = await jobsWorld({ server: { [when]: cut }, limitUsd: LIMIT_USD });
      await runJobs(all).catch((cause: unknown) => {
        throw new Error(`cut at request ${at}: ${String(cause)}`, { cause });
      });
      requests = all.server.requests.length;
    }
  });

  it.each(STORE_CUTS)('hold nothing if the store of the ledger cuts any call (%s)', async (cut) => {
    for (let at = 0, calls = 1; at < calls; at++) {
      let cutting: CutStore<LedgerStore> | undefined;
      await using all = await jobsWorld({
        limitUsd: LIMIT_USD,
        ledgerStore: (clock) => {
          cutting = new CutStore(memoryStore({ clock }), ['reserve', 'settle', 'append'], clock, cut, [at]);
          return cutting.store;
        },
      });
      await runJobs(all).catch((cause: unknown) => {
        throw new Error(`cut at call ${at}, ${cutting?.calls[at]}: ${String(cause)}`, { cause });
      });
      calls = cutting?.calls.length ?? 0;
    }
  });
});
