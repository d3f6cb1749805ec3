import { createNoopMeter, type Attributes, type Meter } from '@opentelemetry/api';
import type { Usage } from '@majordomo/core';
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
  /** Records the tokens of an attempt. */
  readonly usage: (usage: Usage, attributes: Attributes) => void;
  /** Time to the first chunk of a streamed attempt, in seconds. */
  readonly firstChunk: Measure;
  /** Time per output chunk of a streamed attempt, in seconds. */
  readonly outputChunk: Measure;
  /** Duration of an agent's run, in seconds. */
  readonly agent: Measure;
  /** Number of requests to models in an agent's run. */
  readonly inferenceCalls: Measure;
  /** Number of tool calls in an agent's run. */
  readonly toolCalls: Measure;
  /** Duration of a tool's run, in seconds. */
  readonly tool: Measure;
  /** Duration of a request of MCP on the client, in seconds. */
  readonly mcpClient: Measure;
  /** Duration of a request of MCP on the server, in seconds. */
  readonly mcpServer: Measure;
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
const SECONDS_OF_MCP = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
];

/** Boundaries of the numbers of calls in a run. */
const CALLS = [1, 2, 4, 8, 16, 32, 64, 128];

/** Functions that create the instruments that a dialect defines. */
interface Maker {
  readonly histogram: (name: string, unit: string, explicitBucketBoundaries: number[]) => Measure;
  readonly counter: (name: string, unit: string) => Measure;
  readonly gauge: (name: string, description: string) => Measure;
  /** Returns whether a metrics SDK is active, after the first histogram was created. */
  readonly isOn: () => boolean;
}

function makerOf(meter: Meter, dialect: Dialect): Maker {
  let isOn = false;
  const measure = (name: string, createInstrument: () => Measure): Measure => {
    const recordValue = dialect.hasMetric(name) ? ignoreErrors(createInstrument) : undefined;
    return (value, attributes) => {
      ignoreErrors(() => recordValue?.(value, dialect.attributes(attributes)));
    };
  };
  return {
    histogram: (name, unit, explicitBucketBoundaries) =>
      measure(name, () => {
        const instrument = meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
        // Without an SDK, the API returns the same histogram for every name.
        isOn ||= instrument !== createNoopMeter().createHistogram(name);
        return (value, attributes) => {
          instrument.record(value, attributes);
        };
      }),
    counter: (name, unit) =>
      measure(name, () => {
        const instrument = meter.createCounter(name, { unit });
        return (value, attributes) => {
          instrument.add(value, attributes);
        };
      }),
    gauge: (name, description) =>
      measure(name, () => {
        const instrument = meter.createGauge(name, { description });
        return (value, attributes) => {
          instrument.record(value, attributes);
        };
      }),
    isOn: () => isOn,
  };
}

/** Creates the instruments of the metrics that a version of the conventions defines. The others record nothing. */
export function instrumentsOf(meter: Meter, dialect: Dialect): Instruments {
  const maker = makerOf(meter, dialect);
  const { histogram, counter, gauge } = maker;
  const instruments = {
    ...callInstruments(maker, dialect),
    agent: histogram('gen_ai.invoke_agent.duration', 's', SECONDS_OF_RUNS),
    inferenceCalls: histogram('gen_ai.invoke_agent.inference_calls', '{inference_call}', CALLS),
    toolCalls: histogram('gen_ai.invoke_agent.tool_calls', '{tool_call}', CALLS),
    tool: histogram('gen_ai.execute_tool.duration', 's', SECONDS),
    state: gauge('majordomo.target.state', '0 healthy, 1 probed, 2 benched'),
    cost: counter('majordomo.cost', '{nUSD}'),
    guardChecks: counter('majordomo.guard.checks', '{check}'),
    batchItems: counter('majordomo.batch.items', '{item}'),
    guardDuration: histogram('majordomo.guard.duration', 's', SECONDS),
    mcpClient: histogram('mcp.client.operation.duration', 's', SECONDS_OF_MCP),
    mcpServer: histogram('mcp.server.operation.duration', 's', SECONDS_OF_MCP),
  };
  return { ...instruments, isOn: maker.isOn() };
}

/** Creates the instruments of attempts. Until 0.1, the metrics of inference and of other operations have the same names. */
function callInstruments(
  { histogram, counter }: Maker,
  dialect: Dialect,
): Pick<Instruments, 'duration' | 'usage' | 'firstChunk' | 'outputChunk'> {
  const duration = histogram('gen_ai.client.operation.duration', 's', SECONDS);
  if (!dialect.hasMetric('gen_ai.client.inference.duration')) {
    const tokens = histogram('gen_ai.client.token.usage', '{token}', TOKENS);
    return {
      duration,
      usage({ input, output }, attributes) {
        if (input !== undefined) tokens(input, { ...attributes, 'gen_ai.token.type': 'input' });
        if (output !== undefined) tokens(output, { ...attributes, 'gen_ai.token.type': 'output' });
      },
      firstChunk: histogram('gen_ai.client.operation.time_to_first_chunk', 's', SECONDS),
      outputChunk: histogram('gen_ai.client.operation.time_per_output_chunk', 's', SECONDS),
    };
  }
  const inference = 'gen_ai.client.inference';
  const inferenceDuration = histogram(`${inference}.duration`, 's', SECONDS);
  const counters = {
    input: counter(`${inference}.usage.input_tokens`, '{token}'),
    output: counter(`${inference}.usage.output_tokens`, '{token}'),
    cacheRead: counter(`${inference}.usage.cache_read.input_tokens`, '{token}'),
    cacheWrite: counter(`${inference}.usage.cache_write.input_tokens`, '{token}'),
    reasoning: counter(`${inference}.usage.reasoning.output_tokens`, '{token}'),
  };
  const histograms = {
    input: histogram(`${inference}.operation.input_tokens`, '{token}', TOKENS),
    output: histogram(`${inference}.operation.output_tokens`, '{token}', TOKENS),
  };
  return {
    duration(value, attributes) {
      if (isInference(attributes)) inferenceDuration(value, attributes);
      else duration(value, attributes);
    },
    usage(usage, attributes) {
      if (!isInference(attributes)) return;
      const { input, output } = usage;
      for (const kind of ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const) {
        const count = usage[kind];
        if (count !== undefined) counters[kind](count, attributes);
      }
      if (input !== undefined) histograms.input(input, attributes);
      if (output !== undefined) histograms.output(output, attributes);
    },
    firstChunk: histogram(`${inference}.time_to_first_chunk`, 's', SECONDS),
    outputChunk: histogram(`${inference}.time_per_output_chunk`, 's', SECONDS),
  };
}

/** Whether the operation of an attempt with these attributes is inference. */
export function isInference({ 'gen_ai.operation.name': operation }: Attributes): boolean {
  return operation === 'chat' || operation === 'generate_content';
}
