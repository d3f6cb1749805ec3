/** Metric of a part of the gateway, which `GET /metrics` includes. */
export interface MetricSample {
  /** Name without the prefix `majordomo_`. */
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Total since the start of the process. */
  readonly value: number;
}
