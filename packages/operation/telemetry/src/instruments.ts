import { createNoopMeter, type Attributes, type Meter } from '@opentelemetry/api';
import type { Dialect } from './convention.ts';
import { ignoreErrors } from './safe-span.ts';

/** Function that records a value and never throws. */
export type Measure = (value: number, attributes: Attributes) => void;

/** Metric instruments. */
export interface Instruments {
  /** Whether a metrics SDK is active. */
  readonly isOn: boolean;
  /** Duration of an attempt, in seconds. */
  readonly duration: Measure;
  /** Number of tokens of an attempt, by `gen_ai.token.type`. */
  readonly tokens: Measure;
  /** Time to the first chunk of a streamed attempt, in seconds. */
  readonly firstChunk: Measure;
  /** Time per output chunk of a streamed attempt, in seconds. */
  readonly outputChunk: Measure;
  /** Duration of an agent's run, in seconds. */
  readonly agent: Measure;
  /** Duration of a tool's run, in seconds. */
  readonly tool: Measure;
  /** State of a target: 0 healthy, 1 probed, 2 benched. */
  readonly state: Measure;
  /** Cost of a spend record, in nano-USD. */
  readonly cost: Measure;
  /** Number of results of a guard's checks and masks. */
  readonly guardChecks: Measure;
  /** Duration of a guard's check or mask, in seconds. */
  readonly guardDuration: Measure;
  /** Number of items of ended batches. */
  readonly batchItems: Measure;
}

/** Histogram bucket boundaries that the conventions specify, in seconds. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const SECONDS_OF_RUNS = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

export function instrumentsOf(meter: Meter, dialect: Dialect): Instruments {
  let isOn = false;
  const measure = (name: string, record: () => Measure): Measure => {
    const made = dialect.hasMetric(name) ? ignoreErrors(record) : undefined;
    return (value, attributes) => {
      ignoreErrors(() => made?.(value, dialect.attributes(attributes)));
    };
  };
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[]): Measure =>
    measure(name, () => {
      const made = meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
      // Without an SDK, the API returns the same histogram for every name.
      isOn ||= made !== createNoopMeter().createHistogram(name);
      return (value, attributes) => {
        made.record(value, attributes);
      };
    });
  const counter = (name: string, unit: string): Measure =>
    measure(name, () => {
      const made = meter.createCounter(name, { unit });
      return (value, attributes) => {
        made.add(value, attributes);
      };
    });
  const instruments = {
    duration: histogram('gen_ai.client.operation.duration', 's', SECONDS),
    tokens: histogram('gen_ai.client.token.usage', '{token}', TOKENS),
    firstChunk: histogram('gen_ai.client.operation.time_to_first_chunk', 's', SECONDS),
    outputChunk: histogram('gen_ai.client.operation.time_per_output_chunk', 's', SECONDS),
    agent: histogram('gen_ai.invoke_agent.duration', 's', SECONDS_OF_RUNS),
    tool: histogram('gen_ai.execute_tool.duration', 's', SECONDS),
    state: measure('majordomo.target.state', () => {
      const gauge = meter.createGauge('majordomo.target.state', {
        description: '0 healthy, 1 probed, 2 benched',
      });
      return (value, attributes) => {
        gauge.record(value, attributes);
      };
    }),
    cost: counter('majordomo.cost', '{nUSD}'),
    guardChecks: counter('majordomo.guard.checks', '{check}'),
    batchItems: counter('majordomo.batch.items', '{item}'),
    guardDuration: histogram('majordomo.guard.duration', 's', SECONDS),
  };
  return { ...instruments, isOn };
}
