import type { Attempt, ChatResponse, Usage } from '@majordomo/core';

/** Limits of one run, including its sub-agents and handoffs, checked only before each model call. By default, no limit is set. */
export interface Budget {
  /** Maximum cost in US dollars, as a decimal string with at most nine decimals: `'0.50'`. Requires `cost`. */
  readonly maxUsd?: string | undefined;
  /** Maximum sum of input and output tokens. */
  readonly maxTokens?: number | undefined;
  /** Maximum time of model calls and tools, in milliseconds. Excludes waits. Of parallel calls, only the longest counts. */
  readonly maxMs?: number | undefined;
}

/** Amounts that a run has spent. `ms` is in milliseconds. Without `budget` and `cost`, all amounts except `tokens` are 0. */
export interface Spent {
  /** Cost in nano-dollars as a decimal string, because JSON has no bigint. `'0'` if `cost` is not set. */
  readonly nanoUsd: string;
  readonly tokens: number;
  readonly ms: number;
}

/** Function that returns the cost of a response's attempts, or the reasons for which the cost is unknown. */
export type CostOf = (response: Pick<ChatResponse, 'attempts'>) => CostResult | Promise<CostResult>;

/** Cost of a model call, such as a `Cost` of `@majordomo/catalog`. */
export interface CostResult {
  /** Cost in nano-dollars. `undefined` if the cost is unknown or `basis` is `included`. */
  readonly nanoUsd: bigint | undefined;
  /** Basis of the cost. `included`: a plan or the user's hardware covers the call, so its cost is zero. */
  readonly basis?: string | undefined;
  /** Reasons for an unknown cost. */
  readonly missing: readonly string[];
}

export const NOTHING_SPENT: Spent = { nanoUsd: '0', tokens: 0, ms: 0 };

const NANO_DIGITS = 9;
const USD = /^\d{1,12}(?:\.\d{1,9})?$/;

/**
 * Converts a decimal string of dollars to nano-dollars. Returns `undefined` for any other value. The toolkit of core has the same
 * function, but the entry point `steps` imports no other package.
 */
export function nanoUsdOf(text: unknown): bigint | undefined {
  if (typeof text !== 'string' || !USD.test(text)) return undefined;
  const [whole = '', decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(NANO_DIGITS, '0'));
}

/** Converts nano-dollars to a decimal string of dollars. */
function usdOf(nano: bigint): string {
  const digits = String(nano).padStart(NANO_DIGITS + 1, '0');
  return `${digits.slice(0, -NANO_DIGITS)}.${digits.slice(-NANO_DIGITS)}`;
}

/** Returns whether a limit of the budget is reached. */
export function isUsedUp({ maxUsd, maxTokens, maxMs }: Budget, spent: Spent = NOTHING_SPENT): boolean {
  const maxNano = nanoUsdOf(maxUsd);
  return (
    (maxNano !== undefined && BigInt(spent.nanoUsd) >= maxNano) ||
    (maxTokens !== undefined && spent.tokens >= maxTokens) ||
    (maxMs !== undefined && spent.ms >= maxMs)
  );
}

/** Returns the sum of two amounts that were spent one after another. If one amount is `undefined`, returns the other. */
export function sumSpent(first: Spent, second: Spent): Spent;
export function sumSpent(first: Spent | undefined, second: Spent | undefined): Spent | undefined;
export function sumSpent(first: Spent | undefined, second: Spent | undefined): Spent | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return {
    nanoUsd: String(BigInt(first.nanoUsd) + BigInt(second.nanoUsd)),
    tokens: first.tokens + second.tokens,
    ms: first.ms + second.ms,
  };
}

/** Returns the amounts of calls that ran at the same time: the sums of cost and tokens, and the time of the longest call. */
export function sumParallel(all: readonly (Spent | undefined)[]): Spent | undefined {
  const sum = all.reduce(sumSpent, undefined);
  return sum && { ...sum, ms: Math.max(...all.map((spent) => spent?.ms ?? 0)) };
}

/** Returns the amounts of `after` minus those of `before`. */
export const spentSince = (after: Spent, before: Spent = NOTHING_SPENT): Spent => ({
  nanoUsd: String(BigInt(after.nanoUsd) - BigInt(before.nanoUsd)),
  tokens: after.tokens - before.tokens,
  ms: after.ms - before.ms,
});

/** Returns each limit of the budget minus the spent amount, but at least 0. */
export function remaining(budget: Budget, spent: Spent = NOTHING_SPENT): Budget {
  const { maxTokens, maxMs } = budget;
  const nano = nanoUsdOf(budget.maxUsd);
  const left = nano === undefined ? 0n : nano - BigInt(spent.nanoUsd);
  return {
    maxUsd: nano === undefined ? undefined : usdOf(left > 0n ? left : 0n),
    maxTokens: maxTokens === undefined ? undefined : Math.max(0, maxTokens - spent.tokens),
    maxMs: maxMs === undefined ? undefined : Math.max(0, maxMs - spent.ms),
  };
}

/**
 * Returns the budget of a sub-agent: for each limit, the smaller of its configured value and the calling run's remaining value.
 * `spent`: amounts that the sub-agent spent before it waited, which the calling run's remaining value already excludes.
 */
export function limitedBy(
  own: Budget | undefined,
  left: Budget | undefined,
  spent?: Spent,
): Budget | undefined {
  if (left === undefined) return own;
  const { nanoUsd, tokens, ms } = spent ?? NOTHING_SPENT;
  const ownNano = nanoUsdOf(own?.maxUsd);
  const leftNano = nanoUsdOf(left.maxUsd);
  const maxNano = lower(ownNano, leftNano === undefined ? undefined : leftNano + BigInt(nanoUsd));
  return {
    maxUsd: maxNano === undefined ? undefined : usdOf(maxNano),
    maxTokens: lower(own?.maxTokens, left.maxTokens === undefined ? undefined : left.maxTokens + tokens),
    maxMs: lower(own?.maxMs, left.maxMs === undefined ? undefined : left.maxMs + ms),
  };
}

const lower = <T extends number | bigint>(a: T | undefined, b: T | undefined): T | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** Returns the sum of the input and output tokens of all attempts, including failed attempts. */
export const tokensOf = (attempts: readonly Attempt[]): number =>
  attempts.reduce((sum, { usage }) => sum + tokensIn(usage), 0);

/** Returns the sum of the input and output tokens. A number that the vendor has not reported counts as 0. */
export const tokensIn = (usage: Usage | undefined): number => (usage?.input ?? 0) + (usage?.output ?? 0);
