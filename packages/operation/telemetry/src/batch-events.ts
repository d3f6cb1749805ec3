import type { BatchEvent } from '@majordomo/batch';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import type { Instruments } from './instruments.ts';
import { providerName } from './provider-name.ts';
import type { StartSpan } from './safe-span.ts';

/**
 * Returns a listener that creates a span for each vendor batch and counts its items. The span is created when the batch has
 * ended, because another process may have created the batch.
 */
export function batchListener(start: StartSpan, instruments: Instruments): (event: BatchEvent) => void {
  return (event) => {
    if (event.type !== 'batch-ended') return;
    const { key, target, ref, answered, failed, ms } = event;
    const common = {
      'gen_ai.provider.name': providerName(undefined, target),
      'gen_ai.request.model': target.slice(target.indexOf('/') + 1),
    };
    const attributes = {
      ...common,
      'gen_ai.operation.name': 'batch',
      'majordomo.batch.key': key,
      'majordomo.batch.ref': ref,
      'majordomo.batch.answered': answered,
      'majordomo.batch.failed': failed,
    };
    const startTime = Date.now() - ms;
    start({
      name: `batch ${target}`,
      kind: SpanKind.CLIENT,
      attributes,
      parent: ROOT_CONTEXT,
      startTime,
    }).end();
    for (const [outcome, count] of Object.entries({ answered, failed }))
      if (count > 0) instruments.batchItems(count, { ...common, 'majordomo.batch.outcome': outcome });
  };
}
