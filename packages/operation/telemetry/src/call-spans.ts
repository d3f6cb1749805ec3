import { context, SpanKind, type Attributes, type Context } from '@opentelemetry/api';
import type {
  Attempt,
  AttemptInfo,
  CallEvent,
  CallInfo,
  ChatResponse,
  LlmError,
  ModelRequest,
} from '@majordomo/core';
import type { ContentAttributes } from './content.ts';
import { isInference, type Instruments } from './instruments.ts';
import { currentRunCounts, type RunCounts } from './run-counts.ts';
import { withoutUndefined } from './without-undefined.ts';
import type { SafeSpan, StartSpan } from './safe-span.ts';
import {
  answerAttributes,
  endAttributes,
  operationName,
  requestAttributes,
  identityAttributes,
} from './request-attributes.ts';

/** Dependencies and options of `CallSpans`. */
export interface CallSpansOptions {
  readonly start: StartSpan;
  readonly instruments: Instruments;
  readonly content: ContentAttributes | undefined;
  readonly tenantMetric: boolean;
}

type EventOf<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

/** Call in progress. */
interface OpenCall {
  readonly span: SafeSpan;
  readonly attempts: Map<string, OpenAttempt>;
  /** Counts of the agent's run that made the call. */
  readonly counts: RunCounts | undefined;
  /** Error of an attempt whose content the caller already received. The next attempt discards or continues the content. */
  lastError: LlmError | undefined;
}

/** Attempt that is in progress, or that has finished while its call is in progress. */
interface OpenAttempt {
  readonly target: string;
  readonly span: SafeSpan;
  /** Attributes of this attempt's metrics. */
  readonly labels: Attributes;
  readonly isStreamed: boolean;
  msToFirst: number | undefined;
  /** End of the attempt in epoch milliseconds, if it has finished. */
  finishedAt: number | undefined;
}

/**
 * Spans and metrics of calls. A call has a span with a child span for each attempt that reached a provider. Events and `around`
 * callbacks of a call arrive in order. The state of a call is released when the call ends.
 */
export class CallSpans {
  private readonly options: CallSpansOptions;
  /** Calls that have started and not ended, by id. */
  private readonly open = new Map<string, OpenCall>();

  constructor(options: CallSpansOptions) {
    this.options = options;
  }

  /**
   * Runs an attempt in the context of its span. Creates no span for a call without events, because such a span would never end.
   */
  readonly around = <T>(attempt: AttemptInfo, run: () => T): T => {
    const call = this.open.get(attempt.call.id);
    return call === undefined ? run() : context.with(this.begin(attempt, call), run);
  };

  readonly onEvent = (event: CallEvent): void => {
    if (event.type === 'call-start') {
      this.callStart(event);
      return;
    }
    const call = event.call && this.open.get(event.call.id);
    switch (event.type) {
      case 'target-skipped':
        call?.span.addEvent('majordomo.skipped', {
          ...targetAttributes(event),
          'majordomo.skip.reason': event.why,
        });
        break;
      // `around` begins the attempt, when it reaches the provider.
      case 'attempt-start':
        break;
      case 'committed':
        if (call !== undefined) this.committed(event, call);
        break;
      case 'attempt-failed':
        if (call !== undefined) failed(event, call);
        break;
      case 'attempt-end':
        if (call !== undefined) this.attemptEnd(event, call);
        break;
      case 'benched':
      case 'probed':
      case 'recovered':
        call?.span.addEvent(`majordomo.${event.type}`, targetAttributes(event));
        this.options.instruments.state(STATES[event.type], { 'majordomo.target': event.target });
        break;
      case 'call-end':
        if (call !== undefined) this.callEnd(event, call);
        break;
      default:
        event satisfies never;
    }
  };

  private callStart({ call, targets }: EventOf<'call-start'>): void {
    const { id, spec, tenant } = call;
    const attributes = withoutUndefined({
      'majordomo.spec': spec,
      'majordomo.call.id': id,
      'majordomo.tenant': tenant,
      'majordomo.targets': [...targets],
    });
    const head = { name: `majordomo.call ${spec}`, kind: SpanKind.INTERNAL, attributes };
    const span = this.options.start({ ...head, parent: context.active() });
    if (!span.isTraced && !this.options.instruments.isOn) return;
    this.open.set(id, { span, attempts: new Map(), counts: currentRunCounts(), lastError: undefined });
  }

  private begin(attempt: AttemptInfo, call: OpenCall): Context {
    const { target, model = target, operation, delivery } = attempt;
    const { start, content, tenantMetric } = this.options;
    const who = identityAttributes(attempt);
    if (call.counts !== undefined && isInference(who)) call.counts.inferenceCalls++;
    if (hasRunningAttempt(call)) call.span.addEvent('majordomo.hedged', { 'majordomo.target': target });
    if (call.lastError !== undefined) {
      const what = isContinuation(attempt.request, call.lastError)
        ? 'majordomo.continued'
        : 'majordomo.reset';
      call.span.addEvent(what, { 'majordomo.target': target });
      call.lastError = undefined;
    }
    const span = start({
      name: `${operationName(operation)} ${model}`,
      kind: SpanKind.CLIENT,
      attributes: { ...who, ...requestAttributes(attempt), 'majordomo.attempt': attempt.attempt },
      parent: call.span.context,
    });
    if (content !== undefined && span.isRecording) span.set(content.request(attempt));
    call.attempts.set(keyOf(target, attempt.attempt), {
      target,
      span,
      labels: { ...who, ...tenantLabel(attempt.call, tenantMetric) },
      isStreamed: delivery === 'deltas',
      msToFirst: undefined,
      finishedAt: undefined,
    });
    return span.context;
  }

  private committed({ target, msToFirst }: EventOf<'committed'>, call: OpenCall): void {
    // The event names no attempt. Attempts at one target follow one another, so it is the newest one.
    const attempt = [...call.attempts.values()].findLast((one) => one.target === target);
    if (attempt?.isStreamed !== true) return;
    attempt.msToFirst = msToFirst;
    attempt.span.set({ 'gen_ai.response.time_to_first_chunk': msToFirst / 1000 });
    this.options.instruments.firstChunk(msToFirst / 1000, attempt.labels);
  }

  private attemptEnd({ attempt: number, result }: EventOf<'attempt-end'>, call: OpenCall): void {
    const key = keyOf(result.target, number);
    const attempt = call.attempts.get(key);
    // The attempt was stopped before it reached the provider.
    if (attempt === undefined) return;
    attempt.span.set(endAttributes(result));
    this.measure(attempt, result);
    if (result.outcome === 'finished') {
      // The span stays open, because the call's end provides the response id. The span's end time is the attempt's end.
      attempt.finishedAt = attempt.span.now();
      return;
    }
    call.attempts.delete(key);
    if (result.outcome === 'failed') attempt.span.setError(result.error?.kind ?? '_OTHER');
    attempt.span.end();
  }

  private measure(attempt: OpenAttempt, { outcome, error, ms, usage, responseModel }: Attempt): void {
    const { duration, usage: recordUsage, outputChunk } = this.options.instruments;
    const { msToFirst } = attempt;
    if (outcome === 'skipped') return;
    const labels = withoutUndefined({ ...attempt.labels, 'gen_ai.response.model': responseModel });
    duration(ms / 1000, outcome === 'failed' ? { ...labels, 'error.type': error?.kind ?? '_OTHER' } : labels);
    if (usage !== undefined) recordUsage(usage, labels);
    // Chunks are not observed, so the mean time per token after the first one is recorded as the time per chunk.
    if (msToFirst === undefined || usage?.output === undefined || usage.output < 2) return;
    outputChunk((ms - msToFirst) / 1000 / (usage.output - 1), labels);
  }

  private callEnd(
    { call: { id }, outcome, response, error, attempts }: EventOf<'call-end'>,
    call: OpenCall,
  ): void {
    this.open.delete(id);
    this.endAttempts(call, response);
    const { span } = call;
    span.set(
      withoutUndefined({
        'majordomo.outcome': outcome,
        'majordomo.target': finalTarget(outcome, attempts),
        'majordomo.attempts': attempts.filter((one) => one.outcome !== 'skipped').length,
      }),
    );
    if (outcome === 'failed') span.setError(error?.kind ?? '_OTHER');
    span.end();
  }

  private endAttempts({ attempts }: OpenCall, response: ChatResponse | undefined): void {
    const { content } = this.options;
    for (const { span, finishedAt } of attempts.values()) {
      if (response !== undefined && finishedAt !== undefined) {
        span.set(answerAttributes(response));
        if (content !== undefined && span.isRecording) span.set(content.answer(response));
      }
      span.end(finishedAt);
    }
  }
}

const STATES = { recovered: 0, probed: 1, benched: 2 };

const keyOf = (target: string, attempt: number): string => `${target} ${attempt}`;

const hasRunningAttempt = ({ attempts }: OpenCall): boolean =>
  [...attempts.values()].some(({ finishedAt }) => finishedAt === undefined);

const targetAttributes = ({
  target,
  until,
}: {
  readonly target: string;
  readonly until: number | undefined;
}): Attributes =>
  withoutUndefined({
    'majordomo.target': target,
    // A permanent bench has no end time.
    'majordomo.until': until !== undefined && Number.isFinite(until) ? until : undefined,
  });

const tenantLabel = ({ tenant }: CallInfo, isWanted: boolean): Attributes =>
  withoutUndefined({ 'majordomo.tenant': isWanted ? tenant : undefined });

function failed(
  { target, attempt: number, error, willRetryInMs }: EventOf<'attempt-failed'>,
  call: OpenCall,
): void {
  if (willRetryInMs !== undefined) {
    call.span.addEvent('majordomo.retry', {
      'majordomo.target': target,
      'majordomo.delay_ms': willRetryInMs,
    });
  }
  const attempt = call.attempts.get(keyOf(target, number));
  if (attempt?.msToFirst !== undefined) call.lastError = error;
}

const finalTarget = (outcome: string, attempts: readonly Attempt[]): string | undefined =>
  outcome === 'finished' ? attempts.findLast((one) => one.outcome === 'finished')?.target : undefined;

/** Whether one of the request's last two messages contains the text of the failed attempt, which the model then continues. */
function isContinuation({ messages }: ModelRequest, { details: { partial } }: LlmError): boolean {
  const shown = partial?.text.trimEnd() ?? '';
  if (shown === '') return false;
  return messages
    .slice(-2)
    .some(
      ({ role, parts }) =>
        role === 'assistant' && parts.some((part) => part.type === 'text' && part.text.endsWith(shown)),
    );
}
