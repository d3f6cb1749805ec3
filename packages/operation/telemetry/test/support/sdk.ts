import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/** Providers of OpenTelemetry SDK 3. `tooling/telemetry-sdk-2` replaces this file to run the tests with SDK 2. */
interface Traces {
  readonly provider: TracerProvider;
  readonly exporter: InMemorySpanExporter;
}

interface Meters {
  readonly provider: MeterProvider;
  readonly exporter: InMemoryMetricExporter;
}

export function tracerProvider(): Traces {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { provider, exporter };
}

export function meterProvider(): Meters {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  return { provider: new MeterProvider({ readers: [reader] }), exporter };
}

export const contextManager = (): AsyncLocalStorageContextManager => new AsyncLocalStorageContextManager();
export const propagator = (): W3CTraceContextPropagator => new W3CTraceContextPropagator();
