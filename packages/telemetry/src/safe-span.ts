import {
  isSpanContextValid,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api';
import type { Dialect } from './convention.ts';

/** What a new span is called, and beneath which it stands. */
export interface SpanHead {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly parent: Context;
}

/** Begins spans. */
export type StartSpan = (head: SpanHead) => SafeSpan;

export const startSpans =
  (tracer: Tracer, dialect: Dialect): StartSpan =>
  (head) =>
    new SafeSpan(tracer, dialect, head);

/** A span that never throws, whatever the tracer does: what watches a call must not change it. */
export class SafeSpan {
  /** What runs in it is its child. */
  readonly context: Context;
  private readonly span: Span | undefined;
  private readonly dialect: Dialect;
  /** Of its beginning: epoch ms, and the steady clock's. */
  private readonly startTime = Date.now();
  private readonly began = performance.now();

  constructor(tracer: Tracer, dialect: Dialect, { name, kind, attributes, parent }: SpanHead) {
    this.dialect = dialect;
    this.span = ignoreErrors(() =>
      tracer.startSpan(
        name,
        { kind, attributes: dialect.attributes(attributes), startTime: this.startTime },
        parent,
      ),
    );
    this.context = ignoreErrors(() => this.span && trace.setSpan(parent, this.span)) ?? parent;
  }

  /** Is there a tracer behind it? Without an SDK there is none, and nobody needs its attributes or its children. */
  get isTraced(): boolean {
    return (
      this.isRecording ||
      (ignoreErrors(() => this.span && isSpanContextValid(this.span.spanContext())) ?? false)
    );
  }

  /** Is anybody going to see what is set? */
  get isRecording(): boolean {
    return ignoreErrors(() => this.span?.isRecording()) ?? false;
  }

  set(attributes: Attributes): void {
    ignoreErrors(() => this.span?.setAttributes(this.dialect.attributes(attributes)));
  }

  addEvent(event: string, attributes: Attributes): void {
    ignoreErrors(() => this.span?.addEvent(event, attributes));
  }

  /** No message goes with it: a vendor's may quote the prompt. */
  onAttemptFailed(type: string): void {
    this.set({ 'error.type': type });
    ignoreErrors(() => this.span?.setStatus({ code: SpanStatusCode.ERROR, message: type }));
  }

  /** Epoch ms, by the steady clock. */
  now(): number {
    return this.startTime + this.ms();
  }

  /** Since it began. */
  ms(): number {
    return performance.now() - this.began;
  }

  end(at: number = this.now()): void {
    ignoreErrors(() => {
      this.span?.end(at);
    });
  }
}

/** `undefined` for what throws. */
export function ignoreErrors<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
