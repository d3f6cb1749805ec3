import { costOf, mayBeBilled, type Cost, type Price } from '@majordomo/catalog';
import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import type { SpendRecord } from '../contract/record.ts';
import type { Amounts } from '../limits/limit-counters.ts';
import { NO_ESTIMATE, unitsOf, type Estimate } from './estimate.ts';

/** Returns the reported usage. If a finished attempt for images or speech reported none, returns the requested units. */
export function usageOf({ usage, outcome }: Attempt, attempt: AttemptInfo): Usage | undefined {
  if (usage !== undefined) return withValidCounts(usage);
  const units = unitsOf(attempt);
  if (units === undefined || outcome !== 'finished') return undefined;
  return { ...UNKNOWN_USAGE, details: { units } };
}

/** Cost to book for an attempt. The basis is `estimate` if the vendor reported no usage and the cost was derived from the request. */
export type BookedCost = Omit<Cost, 'basis'> & { readonly basis: SpendRecord['basis'] };

/** Notes on records whose cost is an estimate. */
const NOT_BILLED =
  'no usage: the request was not sent, or the vendor rejected it, and vendors do not charge for that';
const UNKNOWN_END = 'no usage: the vendor may bill the attempt, so its maximum cost counts';
const INCOMPLETE =
  'incomplete usage: the attempt ended before its count of tokens, so its maximum cost counts';

/**
 * Whether a failed attempt costs its maximum: its usage is missing and the vendor may bill it, or its usage is incomplete. Anthropic, for
 * example, reports the input at the start of a stream and the output at its end.
 */
export function costsMaximum(outcome: Attempt, usage: Usage | undefined): boolean {
  if (outcome.outcome === 'finished') return false;
  return usage === undefined ? mayBeBilled(outcome) : isIncomplete(usage);
}

/** Units, such as the characters of a speech, complete a usage only if the price is per unit. Then the cost is known without its maximum. */
const isIncomplete = ({ input, output }: Usage): boolean => input === undefined || output === undefined;

/** Returns the cost of the usage. A failed attempt whose usage is missing or incomplete costs its maximum, or 0 if it is not billed. */
export function bookedCost(
  outcome: Attempt,
  usage: Usage | undefined,
  price: Price | undefined,
  { billing }: AttemptInfo,
  { nanoUsd }: Estimate,
): BookedCost {
  const cost = costOf(usage, price, { billing });
  if (cost.basis !== 'unknown') return cost;
  if (usage === undefined && !mayBeBilled(outcome))
    return { nanoUsd: 0n, basis: 'estimate', missing: [NOT_BILLED] };
  // A finished response without usage keeps an unknown cost, so that the alert `unpriced` reports a vendor that sends no usage.
  if (!costsMaximum(outcome, usage) || nanoUsd === undefined) return cost;
  return { nanoUsd, basis: 'estimate', missing: [usage === undefined ? UNKNOWN_END : INCOMPLETE] };
}

/** Returns the amounts to book for an attempt. What the vendor did not report counts as reserved if the vendor may bill the attempt. */
export function amountsOf(
  outcome: Attempt,
  usage: Usage | undefined,
  cost: BookedCost,
  claimed: Estimate,
): Amounts {
  if (outcome.outcome === 'skipped') return { calls: 0n, requests: 0n, tokens: 0n, usd: 0n };
  const assumed = usage !== undefined || mayBeBilled(outcome) ? claimed : NO_ESTIMATE;
  const input = tokensOf(usage?.input) ?? assumed.input;
  const output = tokensOf(usage?.output) ?? assumed.output ?? 0;
  return {
    calls: 1n,
    requests: 1n,
    tokens: BigInt(input) + BigInt(output),
    usd: cost.basis === 'included' ? 0n : (cost.nanoUsd ?? assumed.nanoUsd ?? 0n),
  };
}

const isCount = (tokens: number | undefined): tokens is number =>
  tokens !== undefined && tokens >= 0 && tokens <= Number.MAX_SAFE_INTEGER;

/** Returns a valid count rounded up; `undefined` for an invalid count. */
export const tokensOf = (tokens: number | undefined): number | undefined =>
  isCount(tokens) ? Math.ceil(tokens) : undefined;

/** Replaces invalid counts with `undefined`, since stores cannot sum them. */
function withValidCounts(usage: Usage): Usage {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  const known = (tokens: number | undefined): number | undefined => (isCount(tokens) ? tokens : undefined);
  return {
    ...usage,
    input: known(input),
    output: known(output),
    cacheRead: known(cacheRead),
    cacheWrite: known(cacheWrite),
    reasoning: known(reasoning),
  };
}
