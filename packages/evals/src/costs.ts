import { costOfResponse, type Catalog, type Cost } from '@majordomo/catalog';
import { LlmError, type Attempt } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import type { RecordedCall } from './recordings.ts';
import { isResponse, loadError, loadResponse, loadValue } from './stored-call.ts';

const FREE: Cost = { nanoUsd: 0n, basis: 'included', missing: [] };

/** Returns the cost of recorded calls, failed attempts included, at the prices of their days. */
export async function costOfCalls(
  calls: readonly RecordedCall[],
  catalog: Catalog | undefined,
): Promise<Cost> {
  return sumCosts(await Promise.all(calls.map((call) => costOfCall(call, catalog))));
}

function costOfCall(call: RecordedCall, catalog: Catalog | undefined): Promise<Cost> {
  const attempts = attemptsOf(call);
  if (attempts.length === 0) return Promise.resolve(FREE);
  return costOfResponse({ attempts }, { catalog, at: new Date(call.at) });
}

function attemptsOf({ type, response, error, value }: RecordedCall): readonly Attempt[] {
  if (response !== undefined) return loadResponse(response).attempts;
  if (type === 'effect') {
    const result = loadValue(value);
    return isResponse(result) ? result.attempts : [];
  }
  const failure = error && loadError(error);
  const attempts = LlmError.is(failure) ? failure.details.attempts : [];
  // Attempts without usage, such as a refused connection, cost nothing. An included one makes their sum known.
  return attempts.length === 0 ? [] : [...attempts, INCLUDED];
}

const INCLUDED: Attempt = {
  target: '',
  outcome: 'finished',
  error: undefined,
  usage: UNKNOWN_USAGE,
  ms: 0,
  billing: 'included',
};

/** Returns the sum. It is unknown if one of the costs is unknown. */
function sumCosts(costs: readonly Cost[]): Cost {
  const missing = costs.flatMap((cost) => cost.missing);
  const paid = costs.filter(({ basis }) => basis !== 'included');
  if (paid.length === 0) return { ...FREE, missing };
  if (paid.some(({ nanoUsd }) => nanoUsd === undefined))
    return { nanoUsd: undefined, basis: 'unknown', missing };
  return {
    nanoUsd: paid.reduce((sum, { nanoUsd = 0n }) => sum + nanoUsd, 0n),
    basis: BASES.find((basis) => paid.some((cost) => cost.basis === basis)) ?? 'unknown',
    missing,
  };
}

/** Bases in increasing order of certainty. A sum has the least certain one of its parts. */
const BASES = ['catalogue', 'override', 'reported'] as const;

/** Returns decimal nano-dollars; `undefined` for an unknown cost. */
export const nanoUsdText = ({ nanoUsd, basis }: Cost): string | undefined =>
  basis === 'included' ? '0' : nanoUsd?.toString();
