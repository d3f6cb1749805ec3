import type { Attempt, ChatResponse } from '@majordomo/core';
import { catalog as shipped } from './catalog.ts';
import type { Catalog } from './contract.ts';
import { costOf, type Cost } from './cost.ts';
import { costsMaximum, mayBeBilled } from './may-be-billed.ts';
import { priceAt } from './price-at.ts';

/**
 * Returns the cost of a response: the sum of the costs of its attempts, even if they failed or were abandoned. An attempt with
 * an unknown cost makes the sum unknown, and `missing` states the reason. The sum omits an attempt that did not finish, and
 * whose cost is unknown because its usage is missing or incomplete; if the vendor may bill it, `missing` names it. The sum
 * omits attempts with billing `included`. A response without an attempt that may be billed costs 0, such as one from a cache. By
 * default, the prices are those of this package's `catalog` at the current time.
 */
export async function costOfResponse(
  response: Pick<ChatResponse, 'attempts'>,
  options: { readonly catalog?: Catalog | undefined; readonly at?: Date | undefined } = {},
): Promise<Cost> {
  const { catalog = shipped, at = new Date() } = options;
  const costs: Cost[] = [];
  const unbooked: string[] = [];
  for (const attempt of response.attempts) {
    const { target, usage } = attempt;
    if (usage === undefined && !mayBeBilled(attempt)) continue;
    const cost = await costOfAttempt(attempt, catalog, at);
    if (cost.basis === 'unknown' && costsMaximum(attempt, usage))
      unbooked.push(`${target}: no usage for the failed attempt`);
    else costs.push(cost);
  }
  if (costs.length === 0 && unbooked.length === 0) return { nanoUsd: 0n, basis: 'included', missing: [] };
  if (costs.length === 0) return { nanoUsd: undefined, basis: 'unknown', missing: unbooked };
  const sum = sumCosts(costs);
  return { ...sum, missing: [...sum.missing, ...unbooked] };
}

async function costOfAttempt(attempt: Attempt, catalog: Catalog, at: Date): Promise<Cost> {
  const { target, vendor, model, usage, billing } = attempt;
  const found = vendor === undefined || model === undefined ? undefined : await catalog.find(vendor, model);
  const cost = costOf(usage, found && priceAt(found.model, at), { billing });
  const missing = found === undefined ? cost.missing.map((what) => withVendor(what, attempt)) : cost.missing;
  return { ...cost, missing: missing.map((what) => `${target}: ${what}`) };
}

const withVendor = (what: string, { vendor, model }: Attempt): string =>
  what !== 'no price'
    ? what
    : `no price: ${vendor === undefined ? 'the vendor is unknown' : `the catalog has no model "${model ?? ''}" of ${vendor}`}`;

/** Returns the sum of costs. The sum is unknown if one of the costs is unknown, and `included` if all costs are included. */
export function sumCosts(costs: readonly Cost[]): Cost {
  const missing = costs.flatMap((cost) => cost.missing);
  const paid = costs.filter(({ basis }) => basis !== 'included');
  if (paid.length === 0) return { nanoUsd: undefined, basis: 'included', missing };
  if (paid.some(({ nanoUsd }) => nanoUsd === undefined))
    return { nanoUsd: undefined, basis: 'unknown', missing };
  const drifts = paid.flatMap(({ driftNanoUsd }) => driftNanoUsd ?? []);
  return {
    nanoUsd: paid.reduce((sum, { nanoUsd = 0n }) => sum + nanoUsd, 0n),
    basis: BASES.find((basis) => paid.some((cost) => cost.basis === basis)) ?? 'unknown',
    missing,
    ...(drifts.length > 0 && { driftNanoUsd: drifts.reduce((sum, drift) => sum + drift, 0n) }),
  };
}

/** Bases of a cost in increasing order of certainty. A sum has the least certain basis among its costs. */
const BASES = ['catalogue', 'override', 'reported'] as const;
