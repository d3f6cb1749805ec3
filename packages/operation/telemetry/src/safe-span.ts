import {
  isSpanContextValid,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api';
import type { Dialect } from './convention.ts';

/** Name, kind, attributes and parent of a new span. `startTime` is in epoch milliseconds, by default the current time. */
export interface SpanHead {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly parent: Context;
  readonly startTime?: number;
  readonly links?: Link[];
}

/** Starts a span. */
export type StartSpan = (head: SpanHead) => SafeSpan;

/** Returns a function that starts spans of a tracer, with the attribute names of a version of the conventions. */
export const startSpans =
  (tracer: Tracer, dialect: Dialect): StartSpan =>
  (head) =>
    new SafeSpan(tracer, dialect, head);

/** Span that never throws, even if the tracer throws, because observing a call must not change the call. */
export class SafeSpan {
  /** Context in which new spans become children of this span. */
  readonly context: Context;
  private readonly span: Span | undefined;
  private readonly dialect: Dialect;
  /** Creation time by the system clock, in epoch milliseconds. */
  private readonly startTime = Date.now();
  private readonly began = performance.now();

  constructor(tracer: Tracer, dialect: Dialect, head: SpanHead) {
    const { name, kind, attributes, parent, startTime = this.startTime, links = [] } = head;
    this.dialect = dialect;
    this.span = ignoreErrors(() =>
      tracer.startSpan(name, { kind, attributes: dialect.attributes(attributes), startTime, links }, parent),
    );
    this.context = ignoreErrors(() => this.span && trace.setSpan(parent, this.span)) ?? parent;
  }

  /** Whether an SDK records spans. Without an SDK, attributes and child spans are not needed. */
  get isTraced(): boolean {
    return (
      this.isRecording ||
      (ignoreErrors(() => this.span && isSpanContextValid(this.span.spanContext())) ?? false)
    );
  }

  /** Whether this span records attributes. `false` if the span is not sampled. */
  get isRecording(): boolean {
    return ignoreErrors(() => this.span?.isRecording()) ?? false;
  }

  /** Whether this span is the current span of a context. */
  isCurrentIn(current: Context): boolean {
    return this.span !== undefined && trace.getSpan(current) === this.span;
  }

  set(attributes: Attributes): void {
    ignoreErrors(() => this.span?.setAttributes(this.dialect.attributes(attributes)));
  }

  /** Adds an event. The attributes of events are those of majordomo, whose names are the same in all versions. */
  addEvent(event: string, attributes: Attributes): void {
    ignoreErrors(() => this.span?.addEvent(event, attributes));
  }

  /** Sets the error status with the error's type instead of its message, because the message may quote the prompt. */
  setError(type: string): void {
    this.set({ 'error.type': type });
    ignoreErrors(() => this.span?.setStatus({ code: SpanStatusCode.ERROR, message: type }));
  }

  /** Returns the current time in epoch milliseconds, measured from the start with the monotonic clock. */
  now(): number {
    return this.startTime + this.ms();
  }

  /** Returns the time since the span was created, in milliseconds. */
  ms(): number {
    return performance.now() - this.began;
  }

  end(at: number = this.now()): void {
    ignoreErrors(() => {
      this.span?.end(at);
    });
  }
}

/** Returns the result of a function, or `undefined` if the function throws. */
export function ignoreErrors<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
