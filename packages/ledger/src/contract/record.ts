import type { Cost } from '@majordomo/catalog';
import type { Attempt, Usage } from '@majordomo/core';

/** One attempt that reached a vendor, or what was booked from elsewhere. */
export interface SpendRecord {
  /** `<call>/<target>/<attempt>`. */
  readonly id: string;
  /** When it ended: ISO, UTC. */
  readonly at: string;
  /** The call's id. */
  readonly call: string;
  /** `chat`, `image` …; `booked` for what was spent elsewhere. */
  readonly operation: string;
  readonly target: string;
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  /** The innermost alias or preset that led to the target. */
  readonly name: string | undefined;
  readonly tenant: string | undefined;
  /** What `LedgerOptions.tags` picked of the call's metadata. */
  readonly tags: Readonly<Record<string, string>>;
  readonly outcome: Attempt['outcome'];
  readonly ms: number;
  /** Usage as the vendor reported it; `undefined` if it reported none. */
  readonly usage: Usage | undefined;
  /** A decimal integer; `undefined`: unknown or included. */
  readonly nanoUsd: string | undefined;
  /**
   * Source of `nanoUsd`. `estimate`: majordomo stopped the attempt after its request was sent, and the vendor reported no
   * usage; `nanoUsd` is the most that its input can cost.
   */
  readonly basis: Cost['basis'] | 'estimate';
  /** Why the cost is not known, or a note on it. */
  readonly missing: readonly string[];
  /** Date of the catalogue that priced it. */
  readonly catalog: string;
}

/** Which records. */
export interface RecordQuery {
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  readonly call?: string | undefined;
  readonly tenant?: string | undefined;
  readonly target?: string | undefined;
}
