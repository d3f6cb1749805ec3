import { createMajordomo, user } from '@majordomo/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { fakeProvider } from '@majordomo/testing';
import { answers, testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createTelemetry } from '../src/index.ts';

/** Part of OTLP/HTTP in JSON that the tests read. */
interface Otlp {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly kind: number;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly attributes: readonly { readonly key: string; readonly value: object }[];
      }[];
    }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}

it('sends OTLP over HTTP to a collector, in JSON', async () => {
  await using collector = await testServer(answers({}));
  const traces = new TracerProvider({
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${collector.origin}/v1/traces` }) }),
    ],
  });
  const exporter = new OTLPMetricExporter({ url: `${collector.origin}/v1/metrics` });
  const meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  const telemetry = createTelemetry({ tracer: traces.getTracer('app'), meter: meters.getMeter('app') });
  const usage = { input: 12, output: 5, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  const fake = fakeProvider({ id: 'f', models: { m: [{ text: 'ok', usage }] } });
  const majordomo = createMajordomo({ providers: [fake], ...telemetry.majordomo });
  await majordomo.model('f/m').generate({ messages: [user('hi')] });
  await traces.forceFlush();
  await meters.forceFlush();
  await Promise.all([traces.shutdown(), meters.shutdown()]);

  const received = (route: string) => collector.requests.find(({ path }) => path === route);
  expect(received('/v1/traces')?.headers['content-type']).toBe('application/json');
  const { resourceSpans = [] } = received('/v1/traces')?.body as Otlp;
  const spans = resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans));
  const call = spans.find(({ name }) => name === 'majordomo.call f/m');
  const attempt = spans.find(({ name }) => name === 'chat m');
  expect([call?.kind, attempt?.kind, attempt?.parentSpanId]).toEqual([1, 3, call?.spanId]);
  expect(attempt?.attributes).toContainEqual({ key: 'gen_ai.usage.input_tokens', value: { intValue: 12 } });
  const { resourceMetrics = [] } = received('/v1/metrics')?.body as Otlp;
  const names = resourceMetrics.flatMap((one) =>
    one.scopeMetrics.flatMap((scope) => scope.metrics.map(({ name }) => name)),
  );
  expect(names).toEqual(
    expect.arrayContaining(['gen_ai.client.operation.duration', 'gen_ai.client.token.usage']),
  );
});
