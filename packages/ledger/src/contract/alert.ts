import type { LimitState } from './limit.ts';
import type { SpendRecord } from './record.ts';

/**
 * Event that needs attention. `threshold`, `spent` and `running-out` are emitted once per limit, counter and period across
 * all processes that share a store. `unrecorded` is emitted once per record, `unpriced` and `drift` once per process and
 * target, `store-down` once per process and outage.
 */
export type Alert =
  /** The used amount has reached a share from the limit's `alertAt`. */
  | { readonly type: 'threshold'; readonly share: number; readonly state: LimitState }
  /** The limit is used up, or the limit denied a call that would fit into a new period. */
  | { readonly type: 'spent'; readonly state: LimitState }
  /**
   * At the rate of the last 24 hours, the limit will be used up within this number of days, before its period ends. Requires at
   * least five attempts and one hour of data in this process.
   */
  | { readonly type: 'running-out'; readonly days: 1 | 3 | 7; readonly state: LimitState }
  /** The cost of a target's calls is unknown. `missing` lists the reasons. */
  | { readonly type: 'unpriced'; readonly target: string; readonly missing: readonly string[] }
  /**
   * The cost that the vendor reports differs from the cost at the catalog's price. `share` is the difference as a share of the
   * reported cost, positive if the catalog's price is higher.
   */
  | { readonly type: 'drift'; readonly target: string; readonly share: number }
  /** The ledger abandoned this record after the store failed. The used amounts of limits may already include its amounts. */
  | { readonly type: 'unrecorded'; readonly record: SpendRecord; readonly error: unknown }
  /** The store failed or timed out. Emitted again only for a failure after the store has answered. */
  | { readonly type: 'store-down'; readonly error: unknown };
