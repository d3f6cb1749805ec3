import type { Claim, CounterState, EqualPeriods } from '../contract/store.ts';
import type { Limit, LimitState } from '../contract/limit.ts';
import { MAX_AMOUNT, parseUsd } from './money.ts';
import { periodAt, type Period } from './period.ts';

/** Properties of an attempt that limits match. */
export interface Spender {
  readonly tenant: string | undefined;
  readonly vendor: string | undefined;
  readonly target: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Used amounts of an attempt, by unit. */
export type Amounts = Readonly<Record<Unit, bigint>>;

/** Unit of a limit. */
export type Unit = 'usd' | 'tokens' | 'requests' | 'calls';

/** Whether the amount in this unit depends on the request and its response. */
export const isMeasuredUnit = (unit: Unit): boolean => unit === 'usd' || unit === 'tokens';

/**
 * Time before the end of a period, in milliseconds. A claim that is made within this time may reach the store after that end.
 * For short periods, a twentieth of the period is used instead.
 */
const ENDING_MS = 2000;

/** Limit with its unit and periods, and the names of its counters. */
export class LimitCounters {
  readonly definition: Limit;
  readonly unit: Unit;
  /** Maximum in nano-USD, tokens, requests or calls. */
  readonly max: bigint;
  /** Common prefix of the names of the limit's counters. */
  readonly prefix: string;
  /** Whether `limitsOf` returned the limit for a call. The call's client may then see the limit's amounts. */
  readonly isOwn: boolean;
  /** Number of times that the limit was replaced in this process. Alerts are emitted once per revision. */
  readonly revision: number;
  private readonly zone: string;
  /** Whether each tenant has its own counter. */
  private readonly countsPerTenant: boolean;
  /** Latest period that was computed, and the period after it. */
  private period: Period | undefined;
  private next: Period | undefined;

  constructor(limit: Limit, revision: number, isOwn = false) {
    const { per, zone = 'UTC', max } = limit;
    this.definition = limit;
    this.isOwn = isOwn;
    this.revision = revision;
    this.zone = zone;
    this.countsPerTenant = limit.each?.includes('tenant') === true;
    const [unit, value] = Object.entries(max)[0] as [Unit, string | number];
    this.unit = unit;
    // `checkLimit` has rejected any other amount. A maximum of 0 would deny every call.
    this.max = unit === 'usd' ? (parseUsd(value) ?? 0n) : BigInt(value);
    const period = typeof per === 'string' ? per : `${per.ms}ms`;
    // A limit with another unit, period or zone uses new counters.
    this.prefix = `limit/${encode(limit.name)}/${this.unit}/${period}@${encode(zone)}/`;
  }

  /** Returns the counter that an attempt counts toward; `undefined` if the limit does not match the attempt. */
  counterFor(spender: Spender): string | undefined {
    const { where, each } = this.definition;
    const isMatch = Object.entries(where ?? {}).every(
      ([key, values]) => values === undefined || values.includes(valueOf(spender, key)),
    );
    if (!isMatch) return undefined;
    if (each === undefined) return this.prefix;
    return this.prefix + each.map((key) => `${encode(key)}=${encode(valueOf(spender, key))}`).join(',');
  }

  /** Returns the state of a counter, without `emptyAt`. */
  stateOf({ counter, used, held, resetsAt }: CounterState, now: number): Omit<LimitState, 'emptyAt'> {
    return {
      limit: this.definition,
      key: this.keyOf(counter),
      used,
      held,
      left: this.max - used - held,
      resetsAt: resetsAt === undefined ? this.periodAt(now)?.to : this.resetTime(resetsAt, now),
    };
  }

  /**
   * Returns the end of the current period if `at` is close to that end, otherwise `at`. Times from a store are slightly late,
   * because a store adds `resetsInMs` to its own clock.
   */
  resetTime(at: number, now: number): number {
    const period = this.periodAt(now);
    return period !== undefined && isClose(at, period.to, period) ? period.to : at;
  }

  /** Returns the part of a counter's name that is exposed as `LimitState.key`. */
  keyOf(counter: string): string {
    return counter.slice(this.prefix.length);
  }

  /** Returns the claim of an amount on a counter in the current period. The amount is spent if the attempt never reports its end. */
  claim(counter: string, amount: bigint, { tenant }: Pick<Spender, 'tenant'>, now: number): Claim {
    const period = this.periodAt(now);
    return {
      counter,
      max: this.max,
      amount,
      resetsInMs: period && period.to - now,
      nextResetsInMs: period !== undefined && isEnding(period, now) ? this.endAfter(period) - now : undefined,
      window: windowOf(this.definition.per, period),
      whenLapsed: 'spent',
      tenant: this.countsPerTenant ? (tenant ?? '') : undefined,
    };
  }

  /** Returns a claim of 0 that always fits and allows an amount to be booked later. */
  emptyClaim(counter: string, spender: Pick<Spender, 'tenant'>, now: number): Claim {
    return { ...this.claim(counter, 0n, spender, now), max: MAX_AMOUNT };
  }

  periodAt(now: number): Period | undefined {
    const { period } = this;
    if (period !== undefined && period.from <= now && now < period.to) return period;
    this.period = periodAt(this.definition.per, this.zone, now);
    return this.period;
  }

  // Cache the next period, because many claims may arrive at the end of a period.
  private endAfter({ to }: Period): number {
    if (this.next?.from !== to) this.next = periodAt(this.definition.per, this.zone, to);
    return this.next?.to ?? to;
  }
}

/** Returns the equal periods of a limit; `undefined` for `ever`, and for days and months, whose lengths differ. */
function windowOf(per: Limit['per'], period: Period | undefined): EqualPeriods | undefined {
  if (period === undefined || per === 'day' || per === 'month') return undefined;
  const { from, to } = period;
  const ms = to - from;
  return { ms, phaseMs: ((from % ms) + ms) % ms };
}

const isEnding = (period: Period, now: number): boolean => isClose(now, period.to, period);

const isClose = (time: number, end: number, { from, to }: Period): boolean =>
  Math.abs(end - time) < Math.min(ENDING_MS, (to - from) / 20);

/** Returns the value of a key of `where` or `each`; `''` if it is missing. */
function valueOf({ tenant, vendor, target, metadata }: Spender, key: string): string {
  switch (key) {
    case 'tenant':
      return tenant ?? '';
    case 'vendor':
      return vendor ?? '';
    case 'provider':
      return providerOf(target);
    case 'target':
      return target;
    default:
      return scalarText(metadata[key]) ?? '';
  }
}

/** Returns the part of a target before the first slash, such as `openai`. */
export const providerOf = (target: string): string => target.replace(/\/[^]*/, '');

/** Returns a metadata value as a string; `undefined` for objects. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}

// `encodeURIComponent` throws for lone surrogates.
const encode = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\u{fffd}'));
