import { cutText, type Attempt, type CallEvent, type CallInfo, type Usage } from '@majordomo/core';
import type { Redactor } from '@majordomo/redact';
import { tellError } from './tell-error.ts';
import type { ToldCall, ToldEvent, ToldTry, ToldUsage } from './feed-types.ts';

/** A call that waits for its targets for hours must not fill the memory. */
const MOST_TRIES = 60;
const MOST_EVENTS = 200;
const MOST_TARGETS = 30;
const MOST_WARNINGS = 20;
const LONGEST_METADATA = 2000;
const LONGEST_WORD = 300;

type Of<Type extends CallEvent['type']> = Extract<CallEvent, { readonly type: Type }>;

/** A call whose first event has come. */
export function begun(call: CallInfo, n: number, now: number, redactor: Redactor): ToldCall {
  const metadata = metadataOf(call.metadata, redactor);
  return {
    id: call.id,
    n,
    spec: word(call.spec, redactor),
    operation: call.operation ?? 'chat',
    ...(call.tenant !== undefined && { tenant: word(call.tenant, redactor) }),
    ...(metadata !== undefined && { metadata }),
    startedAt: now,
    outcome: 'running',
    targets: [],
    tries: [],
    events: [],
  };
}

/** The call as it is after the event. */
export function applyEvent(before: ToldCall, event: CallEvent, now: number, redactor: Redactor): ToldCall {
  const at = Math.max(0, now - before.startedAt);
  const call = withEvent(before, toldEvent(event, at));
  switch (event.type) {
    case 'call-start':
      return { ...call, targets: event.targets.slice(0, MOST_TARGETS) };
    case 'target-skipped':
      return withTry(call, skipped(event, at));
    case 'attempt-start':
      return withTry(call, { target: event.target, attempt: event.attempt, at, outcome: 'running' });
    case 'committed':
      return committed(call, event, at);
    case 'attempt-failed':
      return changed(call, event.target, event.attempt, () => ({
        error: tellError(event.error, redactor),
        ...(event.willRetryInMs !== undefined && { retryInMs: event.willRetryInMs }),
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

const skipped = ({ target, why, until }: Of<'target-skipped'>, at: number): ToldTry => ({
  target,
  at,
  ms: 0,
  outcome: 'skipped',
  why,
  ...(until !== undefined && Number.isFinite(until) && { until }),
});

/** Of two that race, the one that is told of last: what it was asked for is the newest that runs. */
function committed(call: ToldCall, { target }: Of<'committed'>, at: number): ToldCall {
  const running = call.tries.findLast((each) => each.target === target && each.outcome === 'running');
  const shown = { ...call, firstMs: call.firstMs ?? at };
  return running?.attempt === undefined
    ? shown
    : changed(shown, target, running.attempt, () => ({ firstAt: at }));
}

function ended(begunAs: ToldTry, result: Attempt, at: number, redactor: Redactor): Partial<ToldTry> {
  const usage = usageOf(result.usage);
  return {
    outcome: result.outcome,
    ms: at - begunAs.at,
    ...(result.error !== undefined &&
      begunAs.error === undefined && { error: tellError(result.error, redactor) }),
    ...(usage !== undefined && { usage }),
    ...(result.vendor !== undefined && { vendor: result.vendor }),
    ...(result.name !== undefined && { name: result.name }),
  };
}

function endedCall(
  call: ToldCall,
  { outcome, response, error, attempts }: Of<'call-end'>,
  now: number,
  redactor: Redactor,
): ToldCall {
  const usage = sum(attempts.map((attempt) => usageOf(attempt.usage)));
  const answeredBy = response?.target ?? attempts.findLast((each) => each.outcome === 'finished')?.target;
  const warnings = (response?.warnings ?? [])
    .slice(0, MOST_WARNINGS)
    .map(({ action, what, why }) => word(`${action} ${what}: ${why}`, redactor));
  return {
    ...call,
    outcome,
    endedAt: now,
    tries: call.tries.map((each) =>
      each.outcome === 'running' ? { ...each, outcome, ms: now - call.startedAt - each.at } : each,
    ),
    ...(answeredBy !== undefined && outcome === 'finished' && { answeredBy }),
    ...(usage !== undefined && { usage }),
    ...(response !== undefined && { finish: response.finish }),
    ...(warnings.length > 0 && { warnings }),
    ...(error !== undefined && { error: tellError(error, redactor) }),
  };
}

function toldEvent(event: CallEvent, at: number): ToldEvent {
  const { type } = event;
  if (type === 'attempt-end')
    return { type, at, target: event.result.target, detail: `${event.result.outcome}, try ${event.attempt}` };
  const target = 'target' in event ? { target: event.target } : {};
  const detail = detailOf(event);
  return { type, at, ...target, ...(detail !== undefined && { detail }) };
}

function detailOf(event: CallEvent): string | undefined {
  if (event.type === 'attempt-start') return `try ${event.attempt}`;
  if (event.type === 'attempt-failed')
    return event.willRetryInMs === undefined
      ? event.error.kind
      : `${event.error.kind}, again in ${Math.round(event.willRetryInMs)} ms`;
  if (event.type === 'target-skipped') return event.why;
  return event.type === 'call-end' ? event.outcome : undefined;
}

function withEvent(call: ToldCall, event: ToldEvent): ToldCall {
  // The end is always told.
  if (call.events.length < MOST_EVENTS || event.type === 'call-end')
    return { ...call, events: [...call.events, event] };
  return { ...call, leftOut: (call.leftOut ?? 0) + 1 };
}

/** The newest are kept: who answered is among them. */
function withTry(call: ToldCall, attempt: ToldTry): ToldCall {
  return { ...call, tries: [...call.tries, attempt].slice(-MOST_TRIES) };
}

function changed(
  call: ToldCall,
  target: string,
  attempt: number,
  change: (before: ToldTry) => Partial<ToldTry>,
): ToldCall {
  const tries = call.tries.map((each) =>
    each.target === target && each.attempt === attempt ? { ...each, ...change(each) } : each,
  );
  return { ...call, tries };
}

const USAGE = ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning'] as const;

function usageOf(usage: Usage | undefined): ToldUsage | undefined {
  const known = USAGE.flatMap((name) => (usage?.[name] === undefined ? [] : [[name, usage[name]] as const]));
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

function sum(usages: readonly (ToldUsage | undefined)[]): ToldUsage | undefined {
  const all: { -readonly [Name in keyof ToldUsage]: number } = {};
  for (const usage of usages)
    for (const name of USAGE) {
      const more = usage?.[name];
      if (more !== undefined) all[name] = (all[name] ?? 0) + more;
    }
  return Object.keys(all).length === 0 ? undefined : all;
}

/** Returns the metadata of a call as JSON. The application may pass values without a JSON form. */
function metadataOf(metadata: object, redactor: Redactor): string | undefined {
  try {
    if (Object.keys(metadata).length === 0) return undefined;
    return cutText(JSON.stringify(redactor.value(metadata)), LONGEST_METADATA);
  } catch {
    return '(cannot be shown as JSON)';
  }
}

const word = (text: string, redactor: Redactor): string => cutText(redactor.text(text), LONGEST_WORD);
