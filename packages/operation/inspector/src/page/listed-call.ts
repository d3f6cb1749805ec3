import type { CallEntry } from '@majordomo/admin';
import type { FeedAttempt, FeedCall } from '../feed-types.ts';

/** Call of the feed, with the facts that only the call log contains. */
export interface ListedCall extends FeedCall {
  /** Name that the client sent. */
  readonly model?: string | undefined;
  readonly clientRequestId?: string | undefined;
  /** HTTP status of the response. */
  readonly status?: number | undefined;
  /** Cost in nano-USD, as a decimal integer. */
  readonly nanoUsd?: string | undefined;
  /** Request and response of a call that the feed does not contain. */
  readonly content?: CallEntry['content'];
}

/** Entry of the call log, as JSON. Members that are `undefined` are absent. */
export type Entry = CallEntry;

export function fromEntry(entry: Entry): ListedCall {
  const { at, ms, error, attempts, metadata, target, usage, warnings } = entry;
  const startedAt = Date.parse(at);
  return {
    ...entry,
    // Only calls of the feed have a number.
    n: 0,
    spec: entry.spec ?? '',
    metadata: Object.keys(metadata).length === 0 ? undefined : JSON.stringify(metadata),
    startedAt,
    endedAt: startedAt + ms,
    targets: [],
    answeredBy: target,
    tries: attempts.map(toAttempt),
    events: [],
    usage: usage ?? {},
    warnings: warnings.length === 0 ? undefined : warnings,
    error: error && { ...error, facts: error.code === undefined ? [] : [['code', error.code]], causes: [] },
    // The entry itself contains the content.
    hasContent: false,
  };
}

function toAttempt({
  target,
  outcome,
  at,
  ms,
  firstMs,
  responseModel,
  kind,
  message,
}: Entry['attempts'][number]): FeedAttempt {
  if (outcome === 'skipped') return { target, at, ms, outcome, why: kind };
  const error = kind === undefined ? undefined : { kind, message: message ?? kind, facts: [], causes: [] };
  const firstAt = firstMs === undefined ? undefined : at + firstMs;
  return { target, at, ms, outcome, firstAt, responseModel, error };
}

/**
 * Returns the calls of the feed and of the call log, newest first. Data of the feed takes precedence, because it is more
 * detailed. Calls of the feed that started before `from` are omitted.
 */
export function merged(
  live: readonly FeedCall[],
  entries: readonly Entry[],
  from: number,
): readonly ListedCall[] {
  const calls = new Map<string, ListedCall>(entries.map((entry) => [entry.id, fromEntry(entry)]));
  for (const call of live) if (call.startedAt >= from) calls.set(call.id, { ...calls.get(call.id), ...call });
  return [...calls.values()].sort((a, b) => b.startedAt - a.startedAt || b.n - a.n);
}
