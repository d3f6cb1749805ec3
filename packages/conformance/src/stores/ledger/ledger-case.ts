import type { Claim, LedgerStore } from '@majordomo/ledger';

/** A case on one empty store. */
export interface LedgerCase {
  readonly name: string;
  run(store: LedgerStore): Promise<void>;
}

/** Longer than any case takes. */
export const LONG_MS = 600_000;
/** The most that an amount can be. */
export const MOST: bigint = 2n ** 63n - 1n;

/** A claim of 1 of 10 on the counter `a`, unless told otherwise. */
export const claim = (of: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 10n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  ...of,
});

/** What stands on each counter: `{ a: [used, held] }`. */
export async function standing(
  store: LedgerStore,
  prefix: string = '',
): Promise<Readonly<Record<string, readonly [used: bigint, held: bigint]>>> {
  const counters = await store.counters(prefix);
  return Object.fromEntries(counters.map(({ counter, used, held }) => [counter, [used, held] as const]));
}
