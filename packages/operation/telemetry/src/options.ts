import type { Meter, Tracer } from '@opentelemetry/api';
import type { Around } from '@majordomo/agent';
import type { JobEvent } from '@majordomo/background';
import type { BatchEvent } from '@majordomo/batch';
import type { AttemptInfo, CallEvent } from '@majordomo/core';
import type { GuardEvent } from '@majordomo/guards';
import type { SpendRecord } from '@majordomo/ledger';
import type { McpAround } from '@majordomo/mcp';
import type { Redactor } from '@majordomo/redact';
import type { Convention } from './convention.ts';

/** Options of `createTelemetry`. */
export interface TelemetryOptions {
  /**
   * Tracer that creates the spans.
   *
   * @default the global tracer with the name of this package
   */
  readonly tracer?: Tracer | undefined;
  /**
   * Meter that creates the metrics. Start the SDK before creating the telemetry, because the global meter is read only once.
   *
   * @default the global meter
   */
  readonly meter?: Meter | undefined;
  /**
   * Redactor for prompts, responses, tool arguments and tool results. If it is set, spans contain the redacted content, but not
   * the bytes of images, files and audio. Not available with convention 1.36, which has no attributes for content.
   *
   * @default no content
   */
  readonly content?: Redactor | undefined;
  /**
   * Version of the conventions. `0.1` renames the metrics of model calls to `gen_ai.client.inference.*`, and counts tokens. `1.36` is for
   * dashboards that read `gen_ai.system`.
   *
   * @default '2026-08'
   */
  readonly convention?: Convention | undefined;
  /**
   * Whether metrics have a tenant attribute. Enable it only for a small number of tenants. The span of each call with a tenant
   * has this attribute regardless of this option.
   *
   * @default false
   */
  readonly tenantMetric?: boolean | undefined;
}

/** Spans and metrics of calls and agents. Errors of a tracer, meter or redactor do not affect calls. */
export interface Telemetry {
  /** Options for `createMajordomo({ ...telemetry.majordomo })`. Pass both `onEvent` and `around`, or neither. */
  readonly majordomo: {
    readonly onEvent: (event: CallEvent) => void;
    readonly around: <T>(attempt: AttemptInfo, run: () => T) => T;
  };
  /** Returns options for `createAgent({ ...telemetry.agent('support') })`. `name`: agent's name in spans and metrics. */
  agent(name: string): { readonly around: Around };
  /** Listener for a ledger's `onRecord`. Records the cost as a metric. */
  readonly onRecord: (record: SpendRecord) => void;
  /**
   * Listener for `guarded({ onEvent })`. Records the counter `majordomo.guard.checks` and the histogram
   * `majordomo.guard.duration`, in seconds, by rule, side and outcome.
   */
  readonly onGuardEvent: (event: GuardEvent) => void;
  /**
   * Listener for `createBatches({ onEvent })`. Creates a span for each vendor batch when it has ended, and records the counter
   * `majordomo.batch.items` by vendor, model and outcome (`answered` or `failed`).
   */
  readonly onBatchEvent: (event: BatchEvent) => void;
  /** Listener for `createBackground({ onEvent })`. Creates a span for each job at a vendor when it has ended. */
  readonly onJobEvent: (event: JobEvent) => void;
  /**
   * Wrapper for `connectMcp({ around })` and `serveMcp({ around })`. Creates a span for each request, and records
   * `mcp.client.operation.duration` and `mcp.server.operation.duration`, in seconds. The client sends its trace context in `_meta`, and the
   * server continues that trace. A tool call inside of an agent has no separate client span: its attributes are added to the span
   * `execute_tool`. Baggage is sent if a baggage propagator is registered.
   */
  readonly mcp: McpAround;
}
