import type { Attempt, ChatResponse } from '@majordomo/core';
import { catalog as shipped } from './catalog.ts';
import type { Catalog } from './contract.ts';
import { costOf, type Cost } from './cost.ts';
import { priceAt } from './price-at.ts';

/**
 * What an answer cost: all its attempts with usage, failed and abandoned ones too, each by its own vendor and model.
 * Where one is unknown so is the sum, and `missing` names it. An attempt that broke off without usage is not in the sum;
 * where it had said something, which vendors bill for, `missing` has a note. Attempts that are included add nothing; an answer
 * for which nobody was asked cost nothing.
 */
export async function costOfResponse(
  response: Pick<ChatResponse, 'attempts'>,
  options: { readonly catalog?: Catalog | undefined; readonly at?: Date | undefined } = {},
): Promise<Cost> {
  const { catalog = shipped, at = new Date() } = options;
  // Nobody was asked: it was kept from an earlier call.
  if (response.attempts.length === 0) return { nanoUsd: 0n, basis: 'included', missing: [] };
  const counted = response.attempts.filter(({ usage }) => usage !== undefined);
  if (counted.length === 0) return { nanoUsd: undefined, basis: 'unknown', missing: ['no usage'] };
  const cost = summed(await Promise.all(counted.map((attempt) => costOfAttempt(attempt, catalog, at))));
  return { ...cost, missing: [...cost.missing, ...response.attempts.filter(brokeOff).map(uncounted)] };
}

const brokeOff = ({ usage, billing, error }: Attempt): boolean =>
  usage === undefined && billing !== 'included' && (error?.details.partial?.parts.length ?? 0) > 0;

const uncounted = ({ target }: Attempt): string => `${target}: no usage of what it said before it failed`;

async function costOfAttempt(attempt: Attempt, catalog: Catalog, at: Date): Promise<Cost> {
  const { target, vendor, model, usage, billing } = attempt;
  const found = vendor === undefined || model === undefined ? undefined : await catalog.find(vendor, model);
  const cost = costOf(usage, found && priceAt(found.model, at), { billing });
  const missing = found === undefined ? cost.missing.map((what) => unfound(what, attempt)) : cost.missing;
  return { ...cost, missing: missing.map((what) => `${target}: ${what}`) };
}

const unfound = (what: string, { vendor, model }: Attempt): string =>
  what !== 'no price'
    ? what
    : `no price: ${vendor === undefined ? 'its vendor is not known' : `${vendor} has no "${model ?? ''}" in the catalogue`}`;

function summed(costs: readonly Cost[]): Cost {
  const missing = costs.flatMap((cost) => cost.missing);
  const paid = costs.filter(({ basis }) => basis !== 'included');
  if (paid.length === 0) return { nanoUsd: undefined, basis: 'included', missing };
  if (paid.some(({ nanoUsd }) => nanoUsd === undefined))
    return { nanoUsd: undefined, basis: 'unknown', missing };
  const drifts = paid.flatMap(({ driftNanoUsd }) => driftNanoUsd ?? []);
  return {
    nanoUsd: paid.reduce((sum, { nanoUsd = 0n }) => sum + nanoUsd, 0n),
    basis: LEAST_SURE.find((basis) => paid.some((cost) => cost.basis === basis)) ?? 'unknown',
    missing,
    ...(drifts.length > 0 && { driftNanoUsd: drifts.reduce((sum, drift) => sum + drift, 0n) }),
  };
}

/** A sum is as sure as the least sure of its parts. */
const LEAST_SURE = ['catalogue', 'override', 'reported'] as const;
