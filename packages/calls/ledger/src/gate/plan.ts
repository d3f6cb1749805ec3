import type { AttemptInfo, Denial } from '@majordomo/core';
import type { Claim } from '../contract/store.ts';
import type { Spender } from '../limits/limit-counters.ts';
import type { LimitCounter } from '../limits/limit-set.ts';
import { unboundedDenial, unmeasuredDenial, unpricedDenial } from './denials.ts';
import type { Estimate } from './estimate.ts';

/** Maximum amounts of the attempt or long work that makes the claims. */
interface Claimed extends Pick<Estimate, 'input' | 'output' | 'nanoUsd' | 'isByUnit'> {
  /** Number of requests. @default 1 */
  readonly requests?: number | undefined;
}

/** Properties of an attempt that the claims and the message of a denial depend on. */
type Claimant = Pick<AttemptInfo, 'target' | 'vendor' | 'model' | 'billing' | 'payload'>;

/**
 * Returns the claims of an attempt on its limits, or the denial if a required amount is unknown.
 *
 * @param isPriced whether the catalog has a price of the model. Without one, the cost is unknown for any length of the answer
 */
export function planClaims(
  counted: readonly LimitCounter[],
  attempt: Claimant,
  spender: Spender,
  claimed: Claimed,
  isPriced: boolean,
  unknownPrice: 'admit' | 'deny',
  now: number,
): readonly Claim[] | Denial {
  const claims: Claim[] = [];
  for (const { limit, counter } of counted) {
    // Limits of money do not apply to attempts that a plan or the user's hardware covers.
    if (limit.unit === 'usd' && attempt.billing === 'included') continue;
    const amount = amountOf(limit.unit, claimed);
    if (amount !== undefined) {
      claims.push(limit.claim(counter, amount, spender, now));
      continue;
    }
    const isLengthUnknown = !claimed.isByUnit && claimed.output === undefined;
    // Without a price, a limit of money fails because of the price, and not because of the length.
    const needsLength = limit.unit === 'tokens' || isPriced;
    if (isLengthUnknown && needsLength) return unboundedDenial(attempt, limit);
    if (unknownPrice === 'deny') return (isPriced ? unmeasuredDenial : unpricedDenial)(attempt, limit);
    // An empty claim allows the store to book the amounts that become known later.
    claims.push(limit.emptyClaim(counter, spender, now));
  }
  return claims;
}

function amountOf(
  unit: LimitCounter['limit']['unit'],
  { input, output, nanoUsd, isByUnit, requests = 1 }: Claimed,
): bigint | undefined {
  switch (unit) {
    case 'requests':
    case 'calls':
      return BigInt(requests);
    case 'usd':
      return nanoUsd;
    case 'tokens':
      if (output !== undefined) return BigInt(input) + BigInt(output);
      // Images and seconds are not tokens. Tokens whose number is unknown before the call count after the call.
      return isByUnit ? 0n : undefined;
    default:
      return unit satisfies never;
  }
}
