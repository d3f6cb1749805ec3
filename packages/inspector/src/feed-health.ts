import type { TargetHealth } from '@majordomo/core';
import type { FeedHealth } from './feed-types.ts';

/** End of a bench without an end: the latest time of a `Date`. */
const FOREVER = 8_640_000_000_000_000;

/** Converts health without the hashes of credentials, of which only the number of benched ones is shown. */
export function toFeedHealth(target: string, health: TargetHealth): FeedHealth {
  const { state, failures, benches, until, credentials = {} } = health;
  return {
    target,
    state,
    failures,
    benches,
    ...(until !== undefined && (until < FOREVER ? { until } : { forever: true })),
    restingKeys: Object.values(credentials).filter((each) => each.state !== 'healthy').length,
  };
}

export const toFeedSnapshot = (snapshot: Readonly<Record<string, TargetHealth>>): readonly FeedHealth[] =>
  Object.entries(snapshot).map(([target, health]) => toFeedHealth(target, health));
