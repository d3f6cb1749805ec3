import type { Attributes } from '@opentelemetry/api';

/** Version of OpenTelemetry's GenAI conventions. */
export type Convention = '1.36' | '2026-08';

/**
 * Attribute and metric names of a version of the conventions. They follow open-telemetry/semantic-conventions-genai at commit
 * 004902b8cb70aa5ae6ca4ae07132b7daabcd3e10 (August 2026, in development). Many dashboards read 1.36.
 */
export interface Dialect {
  /** Returns the attributes under the names of this version. Omits attributes that later versions added. */
  attributes(attributes: Attributes): Attributes;
  /** Whether this version defines the metric. */
  hasMetric(name: string): boolean;
}

export function dialectOf(convention: Convention): Dialect {
  return convention === '1.36' ? OF_1_36 : OF_2026_08;
}

const OF_2026_08: Dialect = { attributes: (attributes) => attributes, hasMetric: () => true };

const OF_1_36: Dialect = {
  attributes(attributes) {
    const allowedAttributes: Attributes = {};
    for (const [name, value] of Object.entries(attributes)) {
      if (name === 'gen_ai.provider.name')
        allowedAttributes['gen_ai.system'] = value === 'x_ai' ? 'xai' : value;
      else if (!ADDED_AFTER_1_36.has(name)) allowedAttributes[name] = value;
    }
    return allowedAttributes;
  },
  hasMetric: (name) => !ADDED_AFTER_1_36.has(name),
};

/** Attributes and metrics that were added after 1.36. */
const ADDED_AFTER_1_36: ReadonlySet<string> = new Set([
  'gen_ai.request.stream',
  'gen_ai.request.reasoning.level',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.client.operation.time_per_output_chunk',
  'gen_ai.invoke_agent.duration',
  'gen_ai.execute_tool.duration',
]);
