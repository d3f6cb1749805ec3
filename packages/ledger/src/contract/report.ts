import type { RecordQuery } from './record.ts';

/** Dimension of a report. */
export type ReportKey =
  | 'day'
  | 'hour'
  | 'month'
  | 'tenant'
  | 'vendor'
  | 'provider'
  | 'model'
  | 'target'
  | 'name'
  | 'outcome'
  | 'tag';

/** Filter and dimensions of a report. */
export interface ReportQuery extends RecordQuery {
  /** Dimensions: one row for each combination that occurs. Without dimensions, the report has one row. */
  readonly by: readonly ReportKey[];
  /** Name of the tag for `by: ['tag']`. */
  readonly tag?: string | undefined;
  /**
   * IANA name of the time zone of days, hours and months.
   *
   * @default 'UTC'
   */
  readonly zone?: string | undefined;
  /**
   * Whether days, hours or months of the range without records have rows. Requires a day, hour or month in
   * `by`.
   *
   * @default false
   */
  readonly empty?: boolean | undefined;
}

/**
 * Row of a report. Keys of days are `YYYY-MM-DD`, of hours `YYYY-MM-DDTHH`, of months `YYYY-MM`, in the zone;
 * a missing value is `''`. Abandoned attempts do not count as `failed`, and attempts that a plan includes do
 * not count as `unpriced`.
 */
export interface ReportRow {
  readonly key: Readonly<Record<string, string>>;
  readonly calls: number;
  readonly attempts: number;
  readonly failed: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly nanoUsd: bigint;
  /** Amount that reads from prompt caches saved: the sum over the records where it is known. */
  readonly cacheSavedNanoUsd: bigint;
  /**
   * Extra amount paid for writes to prompt caches: the sum over the records where it is known.
   * `cacheSavedNanoUsd - cacheExtraNanoUsd` is the net saving.
   */
  readonly cacheExtraNanoUsd: bigint;
  /** Number of attempts whose price is unknown. `nanoUsd` lacks them. */
  readonly unpriced: number;
  /**
   * Number of attempts whose tokens the vendor did not report. `input` and `output` lack them. Attempts that are billed by
   * other units, such as images, are not counted here.
   */
  readonly unknownUsage: number;
  /**
   * Median duration of the attempts, in milliseconds. Stores that compute reports themselves may be off by 5
   * %.
   */
  readonly p50Ms: number;
  readonly p95Ms: number;
}
