import type { Claim, LedgerStore } from '@majordomo/ledger';

/** Test case that runs on an empty store. */
export interface LedgerCase {
  readonly name: string;
  run(store: LedgerStore): Promise<void>;
}

/** Lease that is longer than any case, in milliseconds. */
export const LONG_MS = 600_000;
/** Maximum amount of a counter. */
export const MAX_AMOUNT: bigint = 2n ** 63n - 1n;

/** Returns a claim of 1 on the counter `a` with a maximum of 10, and with overrides. */
export const claim = (overrides: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 10n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  ...overrides,
});

/** Returns the used and held amounts of each counter: `{ a: [used, held] }`. */
export async function amounts(
  store: LedgerStore,
  prefix: string = '',
): Promise<Readonly<Record<string, readonly [used: bigint, held: bigint]>>> {
  const counters = await store.counters(prefix);
  return Object.fromEntries(counters.map(({ counter, used, held }) => [counter, [used, held] as const]));
}
