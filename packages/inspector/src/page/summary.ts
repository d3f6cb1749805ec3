import type { ToldCall } from '../feed-types.ts';
import { failedOver } from './filter.ts';

/** What a list of calls comes to. */
export interface Summary {
  readonly calls: number;
  readonly running: number;
  /** Of those that ended, 0 to 1. */
  readonly finished: number | undefined;
  readonly failedOver: number;
  readonly failed: number;
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
}

export function summaryOf(calls: readonly ToldCall[]): Summary {
  const ended = calls.filter(({ outcome }) => outcome === 'finished' || outcome === 'failed');
  const finished = ended.filter(({ outcome }) => outcome === 'finished');
  const took = finished
    .map(({ startedAt, endedAt = startedAt }) => endedAt - startedAt)
    .sort((a, b) => a - b);
  const at = (share: number): number | undefined =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))];
  return {
    calls: calls.length,
    running: calls.filter(({ outcome }) => outcome === 'running').length,
    finished: ended.length === 0 ? undefined : finished.length / ended.length,
    failedOver: finished.filter(failedOver).length,
    failed: ended.length - finished.length,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
  };
}

/** Calls of one slice of time. */
export interface Slice {
  readonly finished: number;
  readonly failedOver: number;
  readonly failed: number;
}

/** The time from the oldest of the calls until now, in so many slices; at least a minute of it. */
export function slices(calls: readonly ToldCall[], now: number, most: number): readonly Slice[] {
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

/** How a target fared in the calls that are kept. */
export interface Fared {
  readonly attempts: number;
  readonly failed: number;
  readonly p50Ms: number | undefined;
}

export function faredBy(calls: readonly ToldCall[]): ReadonlyMap<string, Fared> {
  const times = new Map<string, { failed: number; attempts: number; took: number[] }>();
  for (const { target, outcome, ms } of calls.flatMap(({ tries }) => tries)) {
    const fared = times.get(target) ?? { failed: 0, attempts: 0, took: [] };
    times.set(target, fared);
    if (outcome === 'finished' || outcome === 'failed') fared.attempts++;
    if (outcome === 'failed') fared.failed++;
    if (outcome === 'finished' && ms !== undefined) fared.took.push(ms);
  }
  return new Map(
    [...times].map(([target, { failed, attempts, took }]) => [
      target,
      { failed, attempts, p50Ms: took.sort((a, b) => a - b)[Math.floor(took.length / 2)] },
    ]),
  );
}
