import type { BatchEvent } from '@majordomo/batch';
import { SpanKind } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { watch } from './support/recording.ts';

const endEvent: BatchEvent = {
  type: 'batch-ended',
  key: 'labels',
  target: 'mistral/m',
  ref: 'job-1',
  answered: 3,
  failed: 1,
  ms: 7_200_000,
};

it('creates a span for each vendor batch, which begins at its creation', async () => {
  const telemetry = watch();
  telemetry.onBatchEvent({
    type: 'batch-created',
    key: 'labels',
    target: 'mistral/m',
    ref: 'job-1',
    requests: 4,
  });
  telemetry.onBatchEvent(endEvent);
  const [span, ...others] = await telemetry.spans();
  expect(others).toEqual([]);
  expect(span).toMatchObject({ name: 'batch mistral/m', kind: SpanKind.CLIENT, parent: undefined });
  expect(Math.round(span?.duration ?? 0)).toBe(7200);
  expect(span?.attributes).toEqual({
    'gen_ai.operation.name': 'batch',
    'gen_ai.provider.name': 'mistral',
    'gen_ai.request.model': 'm',
    'majordomo.batch.key': 'labels',
    'majordomo.batch.ref': 'job-1',
    'majordomo.batch.answered': 3,
    'majordomo.batch.failed': 1,
  });
});

it('counts the items of batches by outcome', async () => {
  const telemetry = watch();
  telemetry.onBatchEvent(endEvent);
  telemetry.onBatchEvent({ ...endEvent, failed: 0 });
  const metrics = (await telemetry.metrics()).filter(({ name }) => name === 'majordomo.batch.items');
  const counts = metrics.map(({ attributes, value }) => [attributes['majordomo.batch.outcome'], value]);
  expect(counts.toSorted()).toEqual([
    ['answered', 6],
    ['failed', 1],
  ]);
});
