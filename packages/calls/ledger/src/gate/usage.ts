import { costOf, type Cost, type Price } from '@majordomo/catalog';
import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import type { SpendRecord } from '../contract/record.ts';
import type { Amounts } from '../limits/limit-counters.ts';
import { unitsOf, type Estimate } from './estimate.ts';

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
const STOPPED = 'no usage: the attempt was stopped after its request was sent, and its input is estimated';
const REJECTED = 'no usage: the vendor rejected the request, and vendors do not charge for that';

/** Returns the cost of the usage. Without usage, a rejected attempt costs 0, and an attempt stopped early costs its input. */
export function bookedCost(
  outcome: Attempt,
  usage: Usage | undefined,
  price: Price | undefined,
  { billing }: AttemptInfo,
  { inputNanoUsd }: Estimate,
): BookedCost {
  const cost = costOf(usage, price, { billing });
  if (cost.basis !== 'unknown' || usage !== undefined) return cost;
  if (isRejected(outcome)) return { nanoUsd: 0n, basis: 'estimate', missing: [REJECTED] };
  if (inputNanoUsd === undefined || !isInputOnly(outcome, usage)) return cost;
  return { nanoUsd: inputNanoUsd, basis: 'estimate', missing: [STOPPED] };
}

/**
 * Returns the amounts to book for an attempt. Without reported usage, books all reserved tokens if any output arrived. If
 * majordomo stopped the attempt before any output, books only the reserved input. Otherwise, books 0 tokens.
 */
export function amountsOf(
  outcome: Attempt,
  usage: Usage | undefined,
  cost: BookedCost,
  claimed: Estimate,
): Amounts {
  if (outcome.outcome === 'skipped') return { calls: 0n, requests: 0n, tokens: 0n, usd: 0n };
  const assumed = assumedAmounts(outcome, usage, claimed);
  const input = tokensOf(usage?.input) ?? assumed.input;
  const output = tokensOf(usage?.output) ?? assumed.output;
  return {
    calls: 1n,
    requests: 1n,
    tokens: BigInt(input) + BigInt(output),
    usd: cost.basis === 'included' ? 0n : (cost.nanoUsd ?? assumed.usd),
  };
}

/** Returns the amounts to book for what the vendor did not report. */
function assumedAmounts(
  outcome: Attempt,
  usage: Usage | undefined,
  { input, output = 0, nanoUsd = 0n, inputNanoUsd = 0n }: Estimate,
): { readonly input: number; readonly output: number; readonly usd: bigint } {
  if (isInputOnly(outcome, usage)) return { input, output: 0, usd: inputNanoUsd };
  const ranAtVendor = usage !== undefined || hasOutput(outcome);
  return ranAtVendor ? { input, output, usd: nanoUsd } : { input: 0, output: 0, usd: 0n };
}

/** Whether the vendor rejected the request before the model ran. A filtered response shows that the model ran. */
const isRejected = ({ error }: Attempt): boolean =>
  /^4\d\d$/.test(`${error?.details.status}`) && error?.kind !== 'content-filter' && !error?.details.partial;

/** Whether majordomo stopped the attempt after its request was sent and before any output arrived. */
const isInputOnly = (outcome: Attempt, usage: Usage | undefined): boolean =>
  usage === undefined && outcome.stopped === true && !hasOutput(outcome);

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

/** Whether any output arrived. */
export function hasOutput({ outcome, error }: Pick<Attempt, 'outcome' | 'error'>): boolean {
  return outcome === 'finished' || (error?.details.partial?.parts.length ?? 0) > 0;
}
