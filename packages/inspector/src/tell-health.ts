import type { TargetHealth } from '@majordomo/core';
import type { ToldHealth } from './feed-types.ts';

/** As core tells a bench without an end: the last moment that a date can name. */
const FOREVER = 8_640_000_000_000_000;

/** Health without the hashes of credentials: how many of them rest is all that is told. */
export function tellHealth(target: string, health: TargetHealth): ToldHealth {
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

export const tellSnapshot = (snapshot: Readonly<Record<string, TargetHealth>>): readonly ToldHealth[] =>
  Object.entries(snapshot).map(([target, health]) => tellHealth(target, health));
