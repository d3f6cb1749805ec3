import type { Attempt, ChatResponse } from '@majordomo/core';
import { catalog as shipped } from './catalog.ts';
import type { Catalog } from './contract.ts';
import { costOf, type Cost } from './cost.ts';
import { mayBeBilled } from './may-be-billed.ts';
import { priceAt } from './price-at.ts';

/**
 * Returns the cost of a response: the sum of the costs of all attempts with usage, even if they failed or were abandoned. If one
 * of these costs is unknown, the sum is unknown and `missing` states the reason. A successful attempt without usage makes the sum
 * unknown. The sum omits failed attempts without usage or without a count of its output. If the vendor may bill such an attempt, `missing` names it. The sum omits
 * attempts with billing `included`. A response without attempts comes from a cache and costs 0. By default, the prices are those
 * of this package's `catalog` at the current time.
 */
export async function costOfResponse(
  response: Pick<ChatResponse, 'attempts'>,
  options: { readonly catalog?: Catalog | undefined; readonly at?: Date | undefined } = {},
): Promise<Cost> {
  const { catalog = shipped, at = new Date() } = options;
  if (response.attempts.length === 0) return { nanoUsd: 0n, basis: 'included', missing: [] };
  const counted = response.attempts.filter((attempt) => !isCutOff(attempt));
  if (counted.length === 0) return { nanoUsd: undefined, basis: 'unknown', missing: ['no usage'] };
  const cost = sumCosts(await Promise.all(counted.map((attempt) => costOfAttempt(attempt, catalog, at))));
  return { ...cost, missing: [...cost.missing, ...response.attempts.flatMap(missingUsage)] };
}

/** Whether an attempt failed before the vendor reported its usage, or after the vendor had counted only its input. */
const isCutOff = ({ usage, outcome }: Attempt): boolean =>
  outcome !== 'finished' &&
  (usage === undefined || (usage.input !== undefined && usage.output === undefined));

/** Returns a description of a failed attempt without complete usage, if the vendor may bill for it. */
function missingUsage(attempt: Attempt): readonly string[] {
  const { target, billing } = attempt;
  const isOmitted = isCutOff(attempt) && billing !== 'included';
  return isOmitted && mayBeBilled(attempt) ? [`${target}: no usage for the failed attempt`] : [];
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
