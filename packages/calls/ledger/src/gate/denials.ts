import { formatUsd } from '@majordomo/catalog';
import type { AttemptInfo, Denial } from '@majordomo/core';
import type { Refusal } from '../contract/store.ts';
import { isMeasuredUnit, type LimitCounters, type Unit } from '../limits/limit-counters.ts';

const FORMATS: Readonly<Record<Unit, (amount: bigint) => string>> = {
  usd: (amount) => formatUsd(amount),
  tokens: (amount) => `${amount} tokens`,
  requests: (amount) => (amount === 1n ? '1 request' : `${amount} requests`),
  calls: (amount) => (amount === 1n ? '1 call' : `${amount} calls`),
};

/** Messages for clients, without figures, because a client may see only the figures of the limits of its key. */
const PUBLIC = {
  spent: 'a limit of this service is spent',
  tooLarge:
    'this request is larger than a limit of this service allows; shorten it, or set a lower maximum answer length (max_tokens)',
  held: 'requests in progress hold the rest of a limit of this service; retry when they have finished',
  noBound: 'the maximum answer length of this model is unknown; send a maximum with the request',
  noPrice: 'the price of this request is unknown; the operator of this service receives the reason',
  booksDown: 'limits cannot be checked at the moment; retry later',
} as const;

/** Suggested delay before the retry of a call that was denied because of the reservations of other calls, in milliseconds. */
const HELD_RETRY_MS = 1000;

/** Returns the denial of a claim that exceeds the remaining amount of the current period. */
export function spentDenial(limit: LimitCounters, amount: bigint, refusal: Refusal, now: number): Denial {
  const { definition, unit, max } = limit;
  // Attempts in progress may use less money and fewer tokens than they hold, but never fewer requests or calls.
  const unused = isMeasuredUnit(unit) ? refusal.left + refusal.held : refusal.left;
  const format = formatOf(unit, amount, amount > max ? max : unused);
  const name = nameOf(limit, refusal);
  const advance = definition.whenSpent === 'advance';
  if (amount > max)
    return {
      deny: `${name} allows ${format(max)} in total, and this call may use up to ${format(amount)}; lower maxTokens, shorten the input, or create the ledger with reserve: 'likely'`,
      advance,
      code: 'call-too-large',
      publicMessage: limit.isOwn
        ? `this request may use up to ${format(amount)}, and ${ownName(limit)} is ${format(max)}; shorten it, or set a lower maximum answer length (max_tokens)`
        : PUBLIC.tooLarge,
    };
  const { retryAfterMs } = refusal;
  const left = unused > 0n ? `${format(unused)} of ${format(max)} left` : `nothing left of ${format(max)}`;
  const reset =
    retryAfterMs === undefined
      ? ''
      : `; the limit resets at ${new Date(limit.resetTime(now + retryAfterMs, now)).toISOString()}`;
  return {
    deny: `${name} has ${left}, and this call may use up to ${format(amount)}${reset}`,
    advance,
    retryAfterMs,
    code: unit === 'usd' ? 'budget-spent' : 'rate-limited',
    publicMessage: limit.isOwn
      ? `${ownName(limit)} has ${left}, and this request may use up to ${format(amount)}${reset}`
      : PUBLIC.spent,
  };
}

/** Returns the denial of a claim that will fit when other calls have settled their reservations. */
export function heldDenial(limit: LimitCounters, amount: bigint, refusal: Refusal): Denial {
  const { definition, unit, max } = limit;
  const format = FORMATS[unit];
  const { held, holders } = refusal;
  const calls = holders === 1 ? '1 call in progress holds' : `${holders} calls in progress hold`;
  return {
    deny: `${nameOf(limit, refusal)}: ${calls} ${format(held)} of ${format(max)}, and this call may use up to ${format(amount)}; retry when they have finished, or set maxTokens`,
    advance: definition.whenSpent === 'advance',
    retryAfterMs: HELD_RETRY_MS,
    code: 'rate-limited',
    publicMessage: limit.isOwn
      ? `${ownName(limit)}: ${calls} ${format(held)} of ${format(max)}, and this request may use up to ${format(amount)}; retry when they have finished`
      : PUBLIC.held,
  };
}

/** Returns the denial of a call that would have to queue behind other calls, but can try its next target. */
export const queuedDenial = ({ definition }: LimitCounters): Denial => ({
  deny: `limit "${definition.name}": earlier calls wait for reservations of calls in progress; retry when they have finished`,
  advance: true,
  retryAfterMs: HELD_RETRY_MS,
  code: 'rate-limited',
  publicMessage: PUBLIC.held,
});

/** Whether a call that this limit denies tries the next target of its chain instead of waiting. */
export const canAdvance = ({ definition }: LimitCounters, { isLastTarget = true }: AttemptInfo): boolean =>
  definition.whenSpent === 'advance' && !isLastTarget;

/** Returns the name of a limit of the client's key for messages to the client, such as `the limit of this key per day`. */
function ownName({ definition: { per } }: LimitCounters): string {
  if (per === 'ever') return 'the limit of this key';
  return `the limit of this key per ${typeof per === 'string' ? per : `${per.ms} ms`}`;
}

/** Returns the format of a message that compares two amounts. Shows all decimals if the rounded amounts are equal. */
function formatOf(unit: Unit, a: bigint, b: bigint): (amount: bigint) => string {
  const format = FORMATS[unit];
  return unit === 'usd' && a !== b && format(a) === format(b)
    ? (amount) => formatUsd(amount, { digits: 9 })
    : format;
}

function nameOf(limit: LimitCounters, { counter }: Refusal): string {
  const key = limit.keyOf(counter);
  return `limit "${limit.definition.name}"${key === '' ? '' : ` (${key})`}`;
}

/** Returns the denial of a call under a limit of money if the call's price is known but the number of billed units is not. */
export function unmeasuredDenial(
  { target, payload }: Pick<AttemptInfo, 'target' | 'payload'>,
  { definition }: LimitCounters,
): Denial {
  const remedy =
    payload && 'audio' in payload
      ? 'pass durationMs, or pass createMajordomo a media fitter and install music-metadata, which measures the recording'
      : "create the ledger with unknownPrice: 'admit'";
  return {
    deny: `the cost of this call of ${target} cannot be estimated in advance; ${remedy} (limit "${definition.name}")`,
    advance: definition.whenSpent === 'advance',
    code: 'no-price',
    publicMessage: PUBLIC.noPrice,
  };
}

/** Returns the denial of a call under a limit of money if the call's price is unknown. */
export function unpricedDenial(
  { target, vendor, model }: Pick<AttemptInfo, 'target' | 'vendor' | 'model'>,
  { definition }: LimitCounters,
): Denial {
  const priced = vendor === undefined ? target : `${vendor}/${model ?? ''}`;
  const hint = vendor === undefined ? ', and set `vendor` of its provider' : '';
  return {
    deny: `no price for ${priced}; add one with catalog.with(…)${hint} (limit "${definition.name}")`,
    advance: definition.whenSpent === 'advance',
    code: 'no-price',
    publicMessage: PUBLIC.noPrice,
  };
}

/** Returns the denial of a call under a limit of money or tokens if the call's maximum output is unknown. */
export const unboundedDenial = (
  { target }: Pick<AttemptInfo, 'target'>,
  { definition }: LimitCounters,
): Denial => ({
  deny: `the maximum output of ${target} is unknown, so this call may exceed limit "${definition.name}"; set maxTokens, or create the ledger with reserve: 'likely'`,
  advance: definition.whenSpent === 'advance',
  code: 'no-bound',
  publicMessage: PUBLIC.noBound,
});

/**
 * Returns the denial of a call whose limits cannot be checked. It has no `advance`, because the limits of the next target are
 * in the same store.
 */
export const storeDownDenial = (error: unknown): Denial => ({
  deny: `the store of the ledger failed (${error instanceof Error ? error.message : String(error)}); set whenDown: 'admit' to admit calls during an outage`,
  code: 'books-down',
  publicMessage: PUBLIC.booksDown,
});
