/** Counter of a mounted handler, which `GET /metrics` of the gateway includes. */
export interface MetricSample {
  /** Name without the prefix `majordomo_`. */
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Total since the start of the process. */
  readonly value: number;
}
