import { formatUsd } from '@majordomo/catalog';
import type { AttemptInfo, Denial } from '@majordomo/core';
import type { Refusal } from '../contract/store.ts';
import type { Bound, Unit } from '../limits/bound.ts';

const WORDS: Readonly<Record<Unit, (amount: bigint) => string>> = {
  usd: (amount) => formatUsd(amount),
  tokens: (amount) => `${amount} tokens`,
  requests: (amount) => (amount === 1n ? '1 request' : `${amount} requests`),
};

/** Why a limit has no room for a claim, and when it may have. */
export function refused(bound: Bound, amount: bigint, refusal: Refusal, now: number): Denial {
  const { limit, unit, max } = bound;
  const words = WORDS[unit];
  const key = bound.keyOf(refusal.counter);
  const name = `limit "${limit.name}"${key === '' ? '' : ` (${key})`}`;
  const advance = limit.whenSpent === 'advance';
  const { retryAfterMs } = refusal;
  if (amount > max)
    return {
      deny: `this call may use up to ${words(amount)}, and ${name} is ${words(max)} in all; lower maxTokens, or make the ledger with reserve: 'likely'`,
      advance,
    };
  const left =
    refusal.left > 0n ? `${words(refusal.left)} of ${words(max)} left` : `nothing left of ${words(max)}`;
  const again =
    retryAfterMs === undefined ? '' : `; it begins anew at ${new Date(now + retryAfterMs).toISOString()}`;
  return {
    deny: `${name} has ${left}, and this call may use up to ${words(amount)}${again}`,
    advance,
    retryAfterMs,
  };
}

/** Under a limit of money, where the price is known, and not what it is to be multiplied by. */
export function unmeasured({ target, payload }: AttemptInfo, { limit }: Bound): Denial {
  const remedy =
    payload && 'audio' in payload
      ? 'pass durationMs, or pass createMajordomo a media fitter and install music-metadata, which measures the recording'
      : "make the ledger with unknownPrice: 'admit'";
  return {
    deny: `nobody can tell before what this call of ${target} costs; ${remedy} (limit "${limit.name}")`,
    advance: limit.whenSpent === 'advance',
  };
}

/** Under a limit of money. */
export function unpriced({ target, vendor, model }: AttemptInfo, { limit }: Bound): Denial {
  const priced = vendor === undefined ? target : `${vendor}/${model ?? ''}`;
  const hint = vendor === undefined ? ', and name the vendor of its provider' : '';
  return {
    deny: `no price for ${priced}; add one with catalog.with(…)${hint} (limit "${limit.name}")`,
    advance: limit.whenSpent === 'advance',
  };
}

/** Under a limit of money or tokens, where nobody knows how long an answer can get. */
export const unbounded = ({ target }: AttemptInfo, { limit }: Bound): Denial => ({
  deny: `nobody knows how long an answer of ${target} can get, so that it may use more than limit "${limit.name}" has; set maxTokens, or make the ledger with reserve: 'likely'`,
  advance: limit.whenSpent === 'advance',
});

export const storeDown = (error: unknown): Denial => ({
  deny: `the books cannot be asked (${error instanceof Error ? error.message : String(error)}), and without them nothing is admitted (whenDown: 'deny')`,
});
