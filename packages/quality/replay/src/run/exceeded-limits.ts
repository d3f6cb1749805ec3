import { formatUsd } from '@majordomo/catalog';
import { nanoUsdOf } from '@majordomo/evals/internal';
import type { Ledger, Limit } from '@majordomo/ledger';
import { tenantOf } from '../traffic/tenant.ts';

/**
 * Returns the limits of money of a ledger that do not cover the likely cost of an experiment, as sentences. Contains only limits that count
 * all calls of the experiment: the cost of a single vendor or target is not known before.
 */
export async function exceededLimits(
  ledger: Ledger,
  name: string,
  likelyNanoUsd: bigint,
): Promise<readonly string[]> {
  const tenant = tenantOf(name);
  const problems: string[] = [];
  for (const limit of ledger.limits()) {
    // The limit with the name of the tenant is the budget of the experiment itself, which is checked separately.
    if (limit.name === tenant || !('usd' in limit.max) || !countsAll(limit, tenant)) continue;
    const states = await ledger.state(limit.name);
    const hasKeys = (limit.each ?? []).length > 0;
    // Key of the counter in the ledger: one counter per tenant, or one without a key for all calls.
    const key = hasKeys ? `tenant=${encodeURIComponent(tenant)}` : '';
    const state = states.find((one) => one.key === key);
    const left = state?.left ?? nanoUsdOf(name, `limit ${limit.name}`, limit.max.usd);
    if (likelyNanoUsd <= left) continue;
    const until = state?.resetsAt === undefined ? '' : ` until ${new Date(state.resetsAt).toISOString()}`;
    problems.push(
      `the likely cost of the remaining calls is ${formatUsd(likelyNanoUsd)}, and the limit ${limit.name} of the ledger has ${formatUsd(left > 0n ? left : 0n)} left${until}; raise the limit, or use a smaller sample under another name`,
    );
  }
  return problems;
}

/** Whether a limit has one counter for all calls of a tenant. */
const countsAll = ({ each = [], where = {} }: Limit, tenant: string): boolean =>
  each.every((key) => key === 'tenant') &&
  Object.keys(where).every((key) => key === 'tenant') &&
  (where.tenant?.includes(tenant) ?? true);
