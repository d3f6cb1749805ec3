import type { Attributes } from '@opentelemetry/api';

/** Version of OpenTelemetry's GenAI conventions. */
export type Convention = '1.36' | '2026-08' | '0.1';

/**
 * Attribute and metric names of a version of the conventions. `2026-08` is open-telemetry/semantic-conventions-genai at commit
 * 004902b8cb70aa5ae6ca4ae07132b7daabcd3e10 (August 2026, in development), `0.1` the same repository at commit
 * 32c328e85013588c6fe32ebc30934ab5b1752b6a. Many dashboards read 1.36.
 */
export interface Dialect {
  /** Returns the attributes under the names of this version. Omits attributes that this version does not define. */
  attributes(attributes: Attributes): Attributes;
  /** Whether this version defines the metric. */
  hasMetric(name: string): boolean;
}

/** Returns the names of a version. */
export function dialectOf(convention: Convention): Dialect {
  return DIALECTS[convention];
}

/** Metrics that 0.1 replaced with others. */
const REMOVED_IN_0_1: ReadonlySet<string> = new Set([
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.client.operation.time_per_output_chunk',
  'gen_ai.client.token.usage',
]);

/** Metrics that 0.1 added. */
const isAddedIn01 = (name: string): boolean =>
  name.startsWith('gen_ai.client.inference.') || CALLS_OF_RUNS.has(name);

const CALLS_OF_RUNS: ReadonlySet<string> = new Set([
  'gen_ai.invoke_agent.inference_calls',
  'gen_ai.invoke_agent.tool_calls',
]);

const CACHE_CREATION = 'gen_ai.usage.cache_creation.input_tokens';

const OF_0_1: Dialect = {
  attributes(attributes) {
    if (!(CACHE_CREATION in attributes)) return attributes;
    const { [CACHE_CREATION]: cacheWrite, ...renamed } = attributes;
    return { ...renamed, 'gen_ai.usage.cache_write.input_tokens': cacheWrite };
  },
  hasMetric: (name) => !REMOVED_IN_0_1.has(name),
};

const OF_2026_08: Dialect = {
  attributes: (attributes) => attributes,
  hasMetric: (name) => !isAddedIn01(name),
};

const OF_1_36: Dialect = {
  attributes(attributes) {
    const allowedAttributes: Attributes = {};
    for (const [name, value] of Object.entries(attributes)) {
      if (name === 'gen_ai.provider.name')
        allowedAttributes['gen_ai.system'] = value === 'x_ai' ? 'xai' : value;
      else if (!isAddedAfter136(name)) allowedAttributes[name] = value;
    }
    return allowedAttributes;
  },
  hasMetric: (name) => !isAddedAfter136(name) && !isAddedIn01(name),
};

const DIALECTS: Readonly<Record<Convention, Dialect>> = {
  '1.36': OF_1_36,
  '2026-08': OF_2026_08,
  '0.1': OF_0_1,
};

/** Attributes and metrics that were added after 1.36. */
const ADDED_AFTER_1_36: ReadonlySet<string> = new Set([
  'gen_ai.request.stream',
  'gen_ai.request.reasoning.level',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.prompt.name',
  'jsonrpc.request.id',
  'rpc.response.status_code',
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.client.operation.time_per_output_chunk',
  'gen_ai.invoke_agent.duration',
  'gen_ai.execute_tool.duration',
]);

const isAddedAfter136 = (name: string): boolean => ADDED_AFTER_1_36.has(name) || name.startsWith('mcp.');
