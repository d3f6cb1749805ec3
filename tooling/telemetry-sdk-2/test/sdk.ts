import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

interface Traces {
  readonly provider: BasicTracerProvider;
  readonly exporter: InMemorySpanExporter;
}

interface Meters {
  readonly provider: MeterProvider;
  readonly exporter: InMemoryMetricExporter;
}

/** OpenTelemetry's SDK 2, in the place of `packages/operation/telemetry/test/support/sdk.ts`. */
export function tracerProvider(): Traces {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { provider, exporter };
}

export function meterProvider(): Meters {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  return { provider: new MeterProvider({ readers: [reader] }), exporter };
}

export const contextManager = (): AsyncLocalStorageContextManager => new AsyncLocalStorageContextManager();
export const propagator = (): W3CTraceContextPropagator => new W3CTraceContextPropagator();
