import { metrics, trace } from '@opentelemetry/api';
import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import { agentAround } from './agent-spans.ts';
import { batchListener } from './batch-events.ts';
import { jobListener } from './job-events.ts';
import { CallSpans } from './call-spans.ts';
import { contentOf } from './content.ts';
import { dialectOf } from './convention.ts';
import { instrumentsOf } from './instruments.ts';
import { mcpAround } from './mcp-spans.ts';
import { withoutUndefined } from './without-undefined.ts';
import type { Telemetry, TelemetryOptions } from './options.ts';
import { providerName } from './provider-name.ts';
import { startSpans } from './safe-span.ts';
import { operationName } from './request-attributes.ts';

const SCOPE = '@majordomo/telemetry';

const KINDS: KindsOf<TelemetryOptions> = {
  tracer: 'object with startSpan',
  meter: 'object with createHistogram',
  content: 'object with text',
  convention: ['1.36', '2026-08', '0.1'],
  tenantMetric: 'boolean',
};

/**
 * Returns options that create spans and metrics by OpenTelemetry's GenAI conventions. Throws `config` for invalid options, and
 * if `content` is set with convention 1.36.
 *
 * @example
 * const telemetry = createTelemetry();
 * const majordomo = createMajordomo({ providers, ...telemetry.majordomo });
 * const agent = createAgent({ model: majordomo.model(spec), ...telemetry.agent('support') });
 */
export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  checkOptions('createTelemetry', options, KINDS);
  const { tracer, meter, content: redactor, convention = '2026-08', tenantMetric = false } = options;
  checkConvention(convention, redactor !== undefined);
  const dialect = dialectOf(convention);
  const start = startSpans(tracer ?? trace.getTracer(SCOPE), dialect);
  const instruments = instrumentsOf(meter ?? metrics.getMeter(SCOPE), dialect);
  const content = redactor && contentOf(redactor);
  const calls = new CallSpans({ start, instruments, content, tenantMetric });
  return {
    majordomo: { onEvent: calls.onEvent, around: calls.around },
    agent: (name) => ({ around: agentAround(name, { start, instruments, content }) }),
    onRecord({ nanoUsd, operation, vendor, target, model, tenant }) {
      if (nanoUsd === undefined) return;
      instruments.cost(
        Number(nanoUsd),
        withoutUndefined({
          'gen_ai.operation.name': operationName(operation),
          'gen_ai.provider.name': providerName(vendor, target),
          'gen_ai.request.model': model,
          'majordomo.tenant': tenantMetric ? tenant : undefined,
        }),
      );
    },
    onGuardEvent({ rule, side, type, ms }) {
      const attributes = {
        'majordomo.guard.rule': rule,
        'majordomo.guard.side': side,
        'majordomo.guard.outcome': type,
      };
      instruments.guardChecks(1, attributes);
      instruments.guardDuration(ms / 1000, attributes);
    },
    onBatchEvent: batchListener(start, instruments),
    onJobEvent: jobListener(start),
    mcp: mcpAround(start, instruments),
  };
}

function checkConvention(convention: string, hasContent: boolean): void {
  if (convention === '1.36' && hasContent) {
    const why =
      'content requires convention "2026-08" or "0.1"; convention 1.36 records content in log events, which this package does not write';
    throw new LlmError('config', why, { path: 'content' });
  }
}
