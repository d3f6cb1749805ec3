import type { JobEvent } from '@majordomo/background';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import { providerName } from './provider-name.ts';
import type { StartSpan } from './safe-span.ts';

/**
 * Returns a listener that creates a span for each job at a vendor. The span is created when the job has ended, because another process
 * may have started the job. Live calls of jobs have the spans of calls.
 */
export const jobListener =
  (start: StartSpan): ((event: JobEvent) => void) =>
  (event) => {
    if (event.type !== 'leg-ended' || event.vendorId === undefined || event.target === undefined) return;
    const { key, target, vendorId, leg, ms, error, attempts } = event;
    const { vendor, usage } = attempts.at(-1) ?? {};
    const span = start({
      name: `background ${target}`,
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'background',
        'gen_ai.provider.name': providerName(vendor, target),
        'gen_ai.request.model': target.slice(target.indexOf('/') + 1),
        'majordomo.background.key': key,
        'majordomo.background.leg': leg,
        'majordomo.background.ref': vendorId,
        ...(usage?.input !== undefined && { 'gen_ai.usage.input_tokens': usage.input }),
        ...(usage?.output !== undefined && { 'gen_ai.usage.output_tokens': usage.output }),
      },
      parent: ROOT_CONTEXT,
      startTime: Date.now() - ms,
    });
    if (error !== undefined) span.setError(error.kind);
    span.end();
  };
