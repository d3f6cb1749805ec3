import type { LimitState } from './limit.ts';
import type { SpendRecord } from './record.ts';

/**
 * Event that needs attention. `threshold`, `spent` and `running-out` are emitted once per limit, counter and
 * period over all processes of a store, `unrecorded` once per record, and the others once per process and
 * target, or once per outage.
 */
export type Alert =
  /** A share of `alertAt` has been used. */
  | { readonly type: 'threshold'; readonly share: number; readonly state: LimitState }
  /** Nothing is left, or a call was denied that would fit into a new period. */
  | { readonly type: 'spent'; readonly state: LimitState }
  /** At the rate of the last 24 hours, the limit is spent within this number of days and before it resets. */
  | { readonly type: 'running-out'; readonly days: 1 | 3 | 7; readonly state: LimitState }
  /** The cost of a target's calls is unknown. */
  | { readonly type: 'unpriced'; readonly target: string; readonly missing: readonly string[] }
  /**
   * The cost that the vendor reports differs from the catalogue's. `share` is the difference as a share of
   * the reported cost, positive if the catalogue is more expensive.
   */
  | { readonly type: 'drift'; readonly target: string; readonly share: number }
  /** The store cannot store this record. Limits may have counted it. */
  | { readonly type: 'unrecorded'; readonly record: SpendRecord; readonly error: unknown }
  /** The store failed or did not answer in time. Emitted again only after the store has answered. */
  | { readonly type: 'store-down'; readonly error: unknown };
