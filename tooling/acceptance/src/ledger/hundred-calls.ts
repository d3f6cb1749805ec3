import { createMajordomo, user } from '@majordomo/core';
import { createLedger, type LedgerStore } from '@majordomo/ledger';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { PRICED, reply } from '../../../../packages/calls/ledger/test/support/fixture.ts';

/** Result of `hundredCalls`. */
interface HundredCalls {
  readonly texts: readonly string[];
  /** Amount in nano-USD. */
  readonly used: bigint | undefined;
  readonly held: bigint | undefined;
}

/**
 * Makes 100 parallel calls, spread over these stores of one database, on a budget of $0.05. The calls use $0.015 in total. Each
 * call reserves $0.01.
 */
export async function hundredCalls(stores: readonly LedgerStore[]): Promise<HundredCalls> {
  const limits = [{ name: 'job', max: { usd: '0.05' }, per: 'ever' }] as const;
  const texts = stores.map(async (store) => {
    const ledger = createLedger({ catalog: PRICED, store, limits, storeTimeoutMs: 10_000 });
    const turn: Turn = { ...(reply(50, 10) as object), delayMs: 2 };
    const turns = Array.from({ length: 100 / stores.length }, () => turn);
    const provider = fakeProvider({ id: 'acme', vendor: 'acme', models: { x: turns } });
    const model = createMajordomo({ providers: [provider], gates: [ledger.gate] }).model('acme/x');
    const request = { messages: [user('hi')], maxTokens: 1000 };
    const answers = await Promise.all(turns.map(() => model.generate(request)));
    await ledger.flush();
    return answers.map(({ text }) => text);
  });
  const all = (await Promise.all(texts)).flat();
  const [counter] = (await stores[0]?.counters('')) ?? [];
  return { texts: all, used: counter?.used, held: counter?.held };
}

/** Result if no call was denied and nothing was lost. */
export const ALL_PASSED: HundredCalls = {
  texts: Array.from({ length: 100 }, () => 'yes'),
  used: 15_000_000n,
  held: 0n,
};
