/** Claim on a counter that is reset in an hour, for tests that measure the cost of claims. */
export const hourlyClaim: {
  readonly counter: string;
  readonly max: bigint;
  readonly amount: bigint;
  readonly resetsInMs: number;
  readonly whenLapsed: 'spent';
} = { counter: 'a', max: 1_000_000_000_000_000n, amount: 9n, resetsInMs: 3_600_000, whenLapsed: 'spent' };
