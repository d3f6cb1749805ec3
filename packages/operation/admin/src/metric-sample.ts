/** Counter that a mounted handler adds to `GET /metrics` of the gateway. */
export interface MetricSample {
  /** Name without the prefix `majordomo_`. */
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Total since the start of the process. */
  readonly value: number;
}
