import {
  sumUsage,
  truncateText,
  type Attempt,
  type CallEvent,
  type CallInfo,
  type Usage,
} from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import { toFeedError } from './feed-error.ts';
import type { FeedCall, FeedEvent, FeedAttempt, FeedUsage } from './feed-types.ts';

// Limits of the stored data of one call, because a call that waits for its targets for hours has many events.
const MAX_ATTEMPTS = 60;
const MAX_EVENTS = 200;
const MAX_TARGETS = 30;
const MAX_WARNINGS = 20;
const MAX_METADATA = 2000;
const MAX_TERM = 300;

type Of<Type extends CallEvent['type']> = Extract<CallEvent, { readonly type: Type }>;

/** Creates the state of a call at its first event. */
export function newCall(call: CallInfo, n: number, now: number, redactor: Redactor): FeedCall {
  const { key, requestId } = call.metadata;
  return {
    id: call.id,
    n,
    spec: masked(call.spec, redactor),
    operation: call.operation ?? 'chat',
    tenant: maskedIfText(call.tenant, redactor),
    key: maskedIfText(key, redactor),
    requestId: maskedIfText(requestId, redactor),
    metadata: metadataOf(call.metadata, redactor),
    startedAt: now,
    outcome: 'running',
    targets: [],
    tries: [],
    events: [],
  };
}

/** Returns the state of the call after an event. */
export function applyEvent(before: FeedCall, event: CallEvent, now: number, redactor: Redactor): FeedCall {
  const at = Math.max(0, now - before.startedAt);
  const call = withEvent(before, toFeedEvent(event, at));
  switch (event.type) {
    case 'call-start':
      return { ...call, targets: event.targets.slice(0, MAX_TARGETS), arms: event.call.arms };
    case 'target-skipped':
      return withAttempt(call, skipped(event, at));
    case 'attempt-start':
      return withAttempt(call, { target: event.target, attempt: event.attempt, at, outcome: 'running' });
    case 'committed':
      return committed(call, event, at);
    case 'attempt-failed':
      return changed(call, event.target, event.attempt, () => ({
        error: toFeedError(event.error, redactor),
        retryInMs: event.willRetryInMs,
      }));
    case 'attempt-end':
      return changed(call, event.result.target, event.attempt, (attempt) =>
        ended(attempt, event.result, at, redactor),
      );
    case 'call-end':
      return endedCall(call, event, now, redactor);
    default:
      return call;
  }
}

const skipped = ({ target, why, until }: Of<'target-skipped'>, at: number): FeedAttempt => ({
  target,
  at,
  ms: 0,
  outcome: 'skipped',
  why,
  until: Number.isFinite(until) ? until : undefined,
});

/** Sets the time of the first content. If several attempts run on the target, the content belongs to the newest one. */
function committed(call: FeedCall, { target }: Of<'committed'>, at: number): FeedCall {
  const running = call.tries.findLast((each) => each.target === target && each.outcome === 'running');
  const shown = { ...call, firstMs: call.firstMs ?? at };
  return running?.attempt === undefined
    ? shown
    : changed(shown, target, running.attempt, () => ({ firstAt: at }));
}

function ended(before: FeedAttempt, result: Attempt, at: number, redactor: Redactor): Partial<FeedAttempt> {
  const { outcome, usage, vendor, responseModel, name } = result;
  const error = before.error ?? (result.error && toFeedError(result.error, redactor));
  return { outcome, ms: at - before.at, error, usage: usageOf(usage), vendor, responseModel, name };
}

function endedCall(
  call: FeedCall,
  { outcome, response, error, attempts }: Of<'call-end'>,
  now: number,
  redactor: Redactor,
): FeedCall {
  const answeredBy = response?.target ?? attempts.findLast((each) => each.outcome === 'finished')?.target;
  const warnings = (response?.warnings ?? [])
    .slice(0, MAX_WARNINGS)
    .map(({ action, what, why }) => masked(`${action} ${what}: ${why}`, redactor));
  return {
    ...call,
    outcome,
    endedAt: now,
    tries: call.tries.map((each) =>
      each.outcome === 'running' ? { ...each, outcome, ms: now - call.startedAt - each.at } : each,
    ),
    answeredBy: outcome === 'finished' ? answeredBy : undefined,
    usage: usageOf(sumUsage(...attempts.map(({ usage }) => usage))),
    finish: response?.finish,
    warnings: warnings.length > 0 ? warnings : undefined,
    error: error && toFeedError(error, redactor),
  };
}

function toFeedEvent(event: CallEvent, at: number): FeedEvent {
  const { type } = event;
  if (type === 'attempt-end')
    return {
      type,
      at,
      target: event.result.target,
      detail: `${event.result.outcome}, attempt ${event.attempt}`,
    };
  return { type, at, target: 'target' in event ? event.target : undefined, detail: detailOf(event) };
}

function detailOf(event: CallEvent): string | undefined {
  if (event.type === 'attempt-start') return `attempt ${event.attempt}`;
  if (event.type === 'attempt-failed')
    return event.willRetryInMs === undefined
      ? event.error.kind
      : `${event.error.kind}, again in ${Math.round(event.willRetryInMs)} ms`;
  if (event.type === 'target-skipped') return event.why;
  return event.type === 'call-end' ? event.outcome : undefined;
}

function withEvent(call: FeedCall, event: FeedEvent): FeedCall {
  // Store the final event even beyond the limit.
  if (call.events.length < MAX_EVENTS || event.type === 'call-end')
    return { ...call, events: [...call.events, event] };
  return { ...call, leftOut: (call.leftOut ?? 0) + 1 };
}

/** Adds an attempt. Removes the oldest one beyond the limit, because the attempt that succeeds is among the newest. */
function withAttempt(call: FeedCall, attempt: FeedAttempt): FeedCall {
  return { ...call, tries: [...call.tries, attempt].slice(-MAX_ATTEMPTS) };
}

function changed(
  call: FeedCall,
  target: string,
  attempt: number,
  change: (before: FeedAttempt) => Partial<FeedAttempt>,
): FeedCall {
  const tries = call.tries.map((each) =>
    each.target === target && each.attempt === attempt ? { ...each, ...change(each) } : each,
  );
  return { ...call, tries };
}

const USAGE = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

function usageOf(usage: Usage | undefined): FeedUsage | undefined {
  const known = USAGE.flatMap((name) => (usage?.[name] === undefined ? [] : [[name, usage[name]] as const]));
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** Returns the metadata of a call as JSON, or a note if an application passed values that have no JSON form. */
function metadataOf(metadata: object, redactor: Redactor): string | undefined {
  try {
    if (Object.keys(metadata).length === 0) return undefined;
    return truncateText(JSON.stringify(redactor.value(metadata)), MAX_METADATA);
  } catch {
    return '(cannot be shown as JSON)';
  }
}

const masked = (text: string, redactor: Redactor): string => truncateText(redactor.text(text), MAX_TERM);
const maskedIfText = (value: unknown, redactor: Redactor): string | undefined =>
  typeof value === 'string' ? masked(value, redactor) : undefined;
