import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type SpanStatus,
} from '@opentelemetry/api';
import { createTelemetry, type Telemetry, type TelemetryOptions } from '../../src/index.ts';
import { contextManager, meterProvider, propagator, tracerProvider } from './sdk.ts';

context.setGlobalContextManager(contextManager().enable());
propagation.setGlobalPropagator(propagator());

/** Part of an SDK's export that the tests read. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly status: SpanStatus;
  readonly events: readonly { readonly name: string; readonly attributes?: Attributes | undefined }[];
  readonly parent: string | undefined;
  readonly id: string;
  readonly trace: string;
  /** Ids of linked spans. */
  readonly links: readonly string[];
  /** Duration in seconds. */
  readonly duration: number;
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Attributes;
  /** Count, sum and buckets of a histogram, otherwise the value. */
  readonly value:
    | number
    | { readonly count: number; readonly sum: number; readonly buckets: readonly number[] };
}

/** Telemetry with a real SDK that stores its exports in memory. */
export interface Watch extends Telemetry {
  spans(): Promise<readonly RecordedSpan[]>;
  metrics(): Promise<readonly Metric[]>;
  readonly provider: ReturnType<typeof tracerProvider>['provider'];
}

/** Creates telemetry that records its spans and metrics. */
export function watch(options: TelemetryOptions = {}): Watch {
  const spans = tracerProvider();
  const meters = meterProvider();
  const telemetry = createTelemetry({
    tracer: spans.provider.getTracer('test'),
    meter: meters.provider.getMeter('test'),
    ...options,
  });
  return {
    ...telemetry,
    provider: spans.provider,
    async spans() {
      await spans.provider.forceFlush();
      return spans.exporter.getFinishedSpans().map((span) => ({
        name: span.name,
        kind: span.kind,
        attributes: span.attributes,
        status: span.status,
        events: span.events,
        parent: span.parentSpanContext?.spanId,
        id: span.spanContext().spanId,
        trace: span.spanContext().traceId,
        links: span.links.map((link) => link.context.spanId),
        duration: span.duration[0] + span.duration[1] / 1e9,
      }));
    },
    async metrics() {
      await meters.provider.forceFlush();
      const all =
        meters.exporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
      return all.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({ name, unit, attributes, value: valueOf(value) })),
      );
    },
  };
}

function valueOf(value: object | number): Metric['value'] {
  if (typeof value === 'number') return value;
  const { count, sum, buckets } = value as {
    readonly count: number;
    readonly sum: number;
    readonly buckets: { readonly boundaries: readonly number[] };
  };
  return { count, sum, buckets: buckets.boundaries };
}

/** Formats spans as a tree with one attribute per line. Values that differ between runs are replaced by names. */
export function tree(spans: readonly RecordedSpan[]): string {
  const linesBelow = (parent: string | undefined, indent: string): string[] =>
    spans
      .filter((span) => (parent === undefined ? isRoot(span, spans) : span.parent === parent))
      .flatMap((span) => [
        ...linesOf(span).map((line) => indent + line),
        ...linesBelow(span.id, `${indent}  `),
      ]);
  return `${linesBelow(undefined, '').join('\n')}\n`;
}

const isRoot = ({ parent }: RecordedSpan, spans: readonly RecordedSpan[]): boolean =>
  !spans.some(({ id }) => id === parent);

function linesOf({ name, kind, status, attributes, events }: RecordedSpan): string[] {
  const failed = status.code === SpanStatusCode.ERROR ? `, ERROR ${status.message ?? ''}` : '';
  return [
    `${name} (${SpanKind[kind]}${failed})`,
    ...Object.entries(attributes)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `· ${key} = ${formatValue(key, value)}`),
    ...events.map(
      (event) =>
        `! ${event.name} ${Object.entries(event.attributes ?? {})
          .map(([key, value]) => `${key} = ${formatValue(key, value)}`)
          .join(', ')}`,
    ),
  ];
}

function formatValue(key: string, value: unknown): string {
  if (/\.(?:call|run)\.id$/.test(key) && key.startsWith('majordomo.')) return '<id>';
  if (key === 'gen_ai.response.id') return '<id>';
  if (/time_to_first_chunk|\.until$|\.delay_ms$/.test(key)) return '<time>';
  return JSON.stringify(value);
}
