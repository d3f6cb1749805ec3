import type { JobEvent } from '@majordomo/background';
import { LlmError } from '@majordomo/core';
import { SpanKind } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { watch } from './support/recording.ts';

const usage = { input: 12, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const attempt = {
  target: 'openai/m',
  vendor: 'openai',
  outcome: 'finished',
  error: undefined,
  usage,
  ms: 1,
} as const;
const about = { key: 'chat-1', tenant: 't', target: 'openai/m' } as const;
const ended: JobEvent = {
  ...about,
  type: 'leg-ended',
  leg: 1,
  attempts: [attempt],
  error: undefined,
  nanoUsd: 22_000n,
  vendorId: 'resp_1',
  ms: 1_200_000,
};

it('creates a span for each job at a vendor, which begins at its start', async () => {
  const telemetry = watch();
  telemetry.onJobEvent({ ...about, type: 'leg-started', leg: 1, vendorId: 'resp_1' });
  telemetry.onJobEvent(ended);
  telemetry.onJobEvent({ ...about, type: 'job-ended', state: 'completed' });
  const [span, ...others] = await telemetry.spans();
  expect(others).toEqual([]);
  expect(span).toMatchObject({ name: 'background openai/m', kind: SpanKind.CLIENT, parent: undefined });
  expect(Math.round(span?.duration ?? 0)).toBe(1200);
  expect(span?.attributes).toEqual({
    'gen_ai.operation.name': 'background',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'm',
    'gen_ai.usage.input_tokens': 12,
    'gen_ai.usage.output_tokens': 5,
    'majordomo.background.key': 'chat-1',
    'majordomo.background.leg': 1,
    'majordomo.background.ref': 'resp_1',
  });
});

it('creates a span with the kind of the error of a failed job, and none for a live call', async () => {
  const telemetry = watch();
  const error = new LlmError('server', 'a message that may quote the prompt');
  telemetry.onJobEvent({ ...ended, error, attempts: [] });
  telemetry.onJobEvent({ ...ended, vendorId: undefined });
  const spans = await telemetry.spans();
  expect(spans).toHaveLength(1);
  expect(spans[0]?.attributes).toMatchObject({ 'error.type': 'server' });
  expect(JSON.stringify(spans[0]?.attributes)).not.toContain('quote');
});
