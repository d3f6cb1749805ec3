import type { AttemptInfo, Denial } from '@majordomo/core';
import type { Claim } from '../contract/store.ts';
import type { Spender } from '../limits/bound.ts';
import type { Counted } from '../limits/limit-book.ts';
import { MOST } from '../limits/money.ts';
import { unbounded, unmeasured, unpriced } from './denials.ts';
import type { Estimate } from './estimate.ts';

/** What an attempt claims on the limits that it counts towards, or why it may not even ask. */
export function planned(
  counted: readonly Counted[],
  attempt: AttemptInfo,
  spender: Spender,
  claimed: Estimate,
  isPriced: boolean,
  unknownPrice: 'admit' | 'deny',
  now: number,
): readonly Claim[] | Denial {
  const claims: Claim[] = [];
  for (const { bound, counter } of counted) {
    // A plan or own hardware pays: money limits do not look.
    if (bound.unit === 'usd' && attempt.billing === 'included') continue;
    const amount = amountOf(bound.unit, claimed);
    if (amount !== undefined) {
      claims.push(bound.claim(counter, amount, spender, now));
      continue;
    }
    const isLengthUnknown =
      !claimed.isByUnit && claimed.output === undefined && (bound.unit === 'tokens' || isPriced);
    if (isLengthUnknown) return unbounded(attempt, bound);
    if (unknownPrice === 'deny') return (isPriced ? unmeasured : unpriced)(attempt, bound);
    // Uncounted, whatever is left; what becomes known is booked.
    claims.push({ ...bound.claim(counter, 0n, spender, now), max: MOST });
  }
  return claims;
}

function amountOf(
  unit: Counted['bound']['unit'],
  { input, output, nanoUsd, isByUnit }: Estimate,
): bigint | undefined {
  switch (unit) {
    case 'requests':
      return 1n;
    case 'usd':
      return nanoUsd;
    case 'tokens':
      if (output !== undefined) return BigInt(input) + BigInt(output);
      return isByUnit ? 0n : undefined;
    default:
      return unit satisfies never;
  }
}
