/** A claim on the books, as tests of their cost make it again and again: its counter begins again in an hour. */
export const hourlyClaim: {
  readonly counter: string;
  readonly max: bigint;
  readonly amount: bigint;
  readonly resetsInMs: number;
  readonly whenLapsed: 'spent';
} = { counter: 'a', max: 1_000_000_000_000_000n, amount: 9n, resetsInMs: 3_600_000, whenLapsed: 'spent' };
