import type { LimitState } from './limit.ts';
import type { SpendRecord } from './record.ts';

/**
 * Event that needs attention. `threshold`, `spent` and `running-out` are emitted once per limit, counter and period across
 * all processes that share a store. `unrecorded` is emitted once per record, `unpriced` and `drift` once per process and
 * target, `store-down` and `unreleased` once per process and outage.
 */
export type Alert =
  /**
   * Used amount that has reached a share in the limit's `alertAt`. A call that reaches several shares emits an alert for each, in
   * ascending order. `isHighest` is whether the share is the highest one, so that a message can be sent once.
   */
  | {
      readonly type: 'threshold';
      readonly share: number;
      readonly isHighest: boolean;
      readonly state: LimitState;
    }
  /** Limit that is used up, or that denied a call which would fit into a new period. */
  | { readonly type: 'spent'; readonly state: LimitState }
  /**
   * Limit that will be used up within `days` days, before its period ends, at the rate of the last 24 hours. Requires at least
   * five attempts and one hour of data in this process.
   */
  | { readonly type: 'running-out'; readonly days: 1 | 3 | 7; readonly state: LimitState }
  /** Target whose calls have an unknown cost. `missing` lists the reasons. */
  | { readonly type: 'unpriced'; readonly target: string; readonly missing: readonly string[] }
  /**
   * Difference between the cost that the vendor reports and the cost at the catalog's price. `share` is the difference as a share
   * of the reported cost, positive if the catalog's price is higher.
   */
  | { readonly type: 'drift'; readonly target: string; readonly share: number }
  /** Record that the ledger abandoned after the store failed. The used amounts of limits may already include its amounts. */
  | { readonly type: 'unrecorded'; readonly record: SpendRecord; readonly error: unknown }
  /**
   * Number of reservations that the store may have made although it reported a failure, and that the ledger does not release:
   * those above 10,000 in one outage, and those that the store has not released before the ledger is closed. Their amounts count
   * as spent until the period ends. Emitted once per outage, when the store answers again or the ledger is closed.
   */
  | { readonly type: 'unreleased'; readonly reservations: number; readonly error: unknown }
  /** Failure or timeout of the store. Emitted again only for a failure after the store has answered. */
  | { readonly type: 'store-down'; readonly error: unknown };
