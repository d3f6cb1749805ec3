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
  /** Dimensions: the report has one row for each combination of values that occurs, or one row if the list is empty. */
  readonly by: readonly ReportKey[];
  /** Name of the tag for `by: ['tag']`. Required if `by` contains `tag`. */
  readonly tag?: string | undefined;
  /**
   * IANA name of the time zone of days, hours and months.
   *
   * @default 'UTC'
   */
  readonly zone?: string | undefined;
  /**
   * Whether to add rows for the days, hours or months of the range that have no records. Requires `day`, `hour` or `month` in `by`.
   *
   * @default false
   */
  readonly empty?: boolean | undefined;
}

/**
 * Row of a report. The key of a day is `YYYY-MM-DD`, of an hour `YYYY-MM-DDTHH` and of a month `YYYY-MM`, in the report's time
 * zone. The key of a missing value is `''`. `failed` does not include abandoned attempts, and `unpriced` does not include
 * attempts that a plan includes. `input`, `output`, `cacheRead` and `cacheWrite` are numbers of tokens.
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
  /** Amount saved by reading prompt caches, in nano-USD: the sum over the records whose saving is known. */
  readonly cacheSavedNanoUsd: bigint;
  /**
   * Extra cost of writes to prompt caches, in nano-USD: the sum over the records whose extra cost is known. The net saving is
   * `cacheSavedNanoUsd - cacheExtraNanoUsd`.
   */
  readonly cacheExtraNanoUsd: bigint;
  /** Number of attempts whose price is unknown. `nanoUsd` does not include these attempts. */
  readonly unpriced: number;
  /**
   * Number of attempts whose tokens the vendor did not report, or did not report completely. `input` and `output` do not include
   * these tokens. Attempts that are billed by other units, such as images, do not increase this number.
   */
  readonly unknownUsage: number;
  /** Median duration of the attempts, in milliseconds. Some stores compute the median with an error of up to 5 %. */
  readonly p50Ms: number;
  /** 95th percentile of the durations, in milliseconds, with the same possible error. */
  readonly p95Ms: number;
}
