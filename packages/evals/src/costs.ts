import { costOfResponse, sumCosts, type Catalog, type Cost } from '@majordomo/catalog';
import type { RecordedCall } from './recordings.ts';
import { loadAttempts } from './stored-call.ts';

/** Returns the cost of recorded calls, failed attempts included, at the prices of their days. */
export async function costOfCalls(
  calls: readonly RecordedCall[],
  catalog: Catalog | undefined,
): Promise<Cost> {
  const costs = calls.map(async (call): Promise<Cost> => {
    const attempts = loadAttempts(call);
    // An attempt without usage, such as a refused connection, costs nothing.
    const isFree = attempts.every(({ usage, outcome }) => usage === undefined && outcome !== 'finished');
    return isFree ? FREE : costOfResponse({ attempts }, { catalog, at: new Date(call.at) });
  });
  return sumCosts(await Promise.all(costs));
}

const FREE: Cost = { nanoUsd: undefined, basis: 'included', missing: [] };

/** Returns decimal nano-dollars; `undefined` for an unknown cost. */
export const nanoUsdText = ({ nanoUsd, basis }: Cost): string | undefined =>
  basis === 'included' ? '0' : nanoUsd?.toString();
