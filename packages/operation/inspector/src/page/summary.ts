import type { FeedCall } from '../feed-types.ts';
import { failedOver } from './filter.ts';

export interface Summary {
  readonly calls: number;
  /** Share of finished calls among finished and failed calls, from 0 to 1. */
  readonly finished: number | undefined;
  readonly failedOver: number;
  readonly failed: number;
  readonly p50Ms: number | undefined;
}

export function summaryOf(calls: readonly FeedCall[]): Summary {
  const ended = calls.filter(({ outcome }) => outcome === 'finished' || outcome === 'failed');
  const finished = ended.filter(({ outcome }) => outcome === 'finished');
  const took = finished
    .map(({ startedAt, endedAt = startedAt }) => endedAt - startedAt)
    .sort((a, b) => a - b);
  return {
    calls: calls.length,
    finished: ended.length === 0 ? undefined : finished.length / ended.length,
    failedOver: finished.filter(failedOver).length,
    failed: ended.length - finished.length,
    p50Ms: took[Math.floor(took.length / 2)],
  };
}

/** Numbers of calls that started in one period. `finished` counts all calls that neither failed nor failed over. */
export interface Slice {
  readonly finished: number;
  readonly failedOver: number;
  readonly failed: number;
}

/** Divides the time from the oldest call to now, at least a minute, into `most` periods. `calls`: newest first. */
export function slices(calls: readonly FeedCall[], now: number, most: number): readonly Slice[] {
  const oldest = calls.at(-1)?.startedAt ?? now;
  const span = Math.max(60_000, now - oldest);
  const all = Array.from({ length: most }, () => ({ finished: 0, failedOver: 0, failed: 0 }));
  for (const call of calls) {
    const slice =
      all[Math.min(most - 1, Math.max(0, Math.floor(((call.startedAt - now + span) / span) * most)))];
    if (slice === undefined) continue;
    if (call.outcome === 'failed') slice.failed++;
    else if (failedOver(call)) slice.failedOver++;
    else slice.finished++;
  }
  return all;
}

/** Attempts of a target in the stored calls, without failures that the request caused. */
export interface TargetSummary {
  readonly attempts: number;
  readonly failed: number;
  readonly p50Ms: number | undefined;
}

/** Kinds of failures that the request caused. They do not indicate a failing target. */
const REQUEST_KINDS: readonly string[] = [
  'invalid-request',
  'unsupported',
  'context-overflow',
  'content-filter',
  'denied',
  'aborted',
];

/** Minimum share of failed attempts with which a target is shown as failing. */
const FAILING_SHARE = 0.1;

/** Whether at least a tenth of the attempts of a target failed. */
export const isFailing = (summary: TargetSummary | undefined): boolean =>
  summary !== undefined && summary.attempts > 0 && summary.failed / summary.attempts >= FAILING_SHARE;

export function targetSummaries(calls: readonly FeedCall[]): ReadonlyMap<string, TargetSummary> {
  const times = new Map<string, { failed: number; attempts: number; took: number[] }>();
  for (const { target, outcome, ms, error } of calls.flatMap(({ tries }) => tries)) {
    if (outcome === 'failed' && REQUEST_KINDS.includes(error?.kind ?? '')) continue;
    const summary = times.get(target) ?? { failed: 0, attempts: 0, took: [] };
    times.set(target, summary);
    if (outcome === 'finished' || outcome === 'failed') summary.attempts++;
    if (outcome === 'failed') summary.failed++;
    if (outcome === 'finished' && ms !== undefined) summary.took.push(ms);
  }
  return new Map(
    [...times].map(([target, { failed, attempts, took }]) => [
      target,
      { failed, attempts, p50Ms: took.sort((a, b) => a - b)[Math.floor(took.length / 2)] },
    ]),
  );
}
