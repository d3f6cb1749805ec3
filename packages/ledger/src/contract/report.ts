import type { RecordQuery } from './record.ts';

/** What a report may have a row for each of. */
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

/** Which records are added up, and into what rows. */
export interface ReportQuery extends RecordQuery {
  /** A row for each combination that occurs; none: one row for all. */
  readonly by: readonly ReportKey[];
  /** Which tag `by: ['tag']` means. */
  readonly tag?: string | undefined;
  /** IANA, of days, hours and months; default `UTC`. */
  readonly zone?: string | undefined;
  /** With a day, hour or month in `by`: rows also for those of the range in which nothing was spent. */
  readonly empty?: boolean | undefined;
}

/**
 * A row of a report. Days are `YYYY-MM-DD`, hours `YYYY-MM-DDTHH`, months `YYYY-MM`, in the zone; what a record does not
 * have is `''`. Abandoned attempts are not `failed`; included ones are not `unpriced`.
 */
export interface ReportRow {
  readonly key: Readonly<Record<string, string>>;
  readonly calls: number;
  readonly attempts: number;
  readonly failed: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly nanoUsd: bigint;
  /** Number of attempts whose price is unknown. `nanoUsd` lacks them. */
  readonly unpriced: number;
  /**
   * Number of attempts whose tokens the vendor did not report. `input` and `output` lack them. Attempts that are billed by
   * other units, such as images, are not counted here.
   */
  readonly unknownUsage: number;
  /** Of the attempts' durations; a store that adds up by itself may be off by 5 %. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}
