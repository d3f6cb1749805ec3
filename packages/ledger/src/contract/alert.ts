import type { LimitState } from './limit.ts';
import type { SpendRecord } from './record.ts';

/**
 * What is worth telling somebody. `threshold`, `spent` and `running-out` come once per limit, counter and period over all
 * processes of a store; `unrecorded` for each record; the others once per process and target, or outage.
 */
export type Alert =
  /** A share of `alertAt` is used. */
  | { readonly type: 'threshold'; readonly share: number; readonly state: LimitState }
  /** Nothing is left, or a call was denied that would fit in a new period. */
  | { readonly type: 'spent'; readonly state: LimitState }
  /** At the present rate it is spent within so many days, and before it begins again. */
  | { readonly type: 'running-out'; readonly days: 1 | 3 | 7; readonly state: LimitState }
  /** What a target's calls cost is not known. */
  | { readonly type: 'unpriced'; readonly target: string; readonly missing: readonly string[] }
  /**
   * The vendor's own figure differs from the catalogue's; `share` of what the vendor said, above 0 where the catalogue is
   * more expensive.
   */
  | { readonly type: 'drift'; readonly target: string; readonly share: number }
  /** A record that the store never takes, whatever its limits count: it is told here, and kept nowhere. */
  | { readonly type: 'unrecorded'; readonly record: SpendRecord; readonly error: unknown }
  /** The store failed or did not answer in time; told again after it has answered. */
  | { readonly type: 'store-down'; readonly error: unknown };
