import type { ModelNotice } from '@majordomo/catalog';
import type { TargetHealth } from '@majordomo/core';
import type { FeedHealth } from './feed-types.ts';

/** Latest possible time of a `Date`. A bench with this end lasts until the target is released. */
const FOREVER = 8_640_000_000_000_000;

/** Converts the health of a target. The result contains the number of benched credentials, but not their hashes. */
export function toFeedHealth(target: string, health: TargetHealth): FeedHealth {
  const { state, failures, benches, until, credentials = {} } = health;
  const forever = until !== undefined && until >= FOREVER ? true : undefined;
  return {
    target,
    state,
    failures,
    benches,
    until: forever === true ? undefined : until,
    forever,
    restingKeys: Object.values(credentials).filter((each) => each.state !== 'healthy').length,
  };
}

const HEALTHY: TargetHealth = { state: 'healthy', failures: 0, benches: 0, until: undefined };

/** Returns the health of each target in the snapshot and of each target with a retirement notice. */
export function toFeedSnapshot(
  snapshot: Readonly<Record<string, TargetHealth>>,
  notices: ReadonlyMap<string, ModelNotice>,
): readonly FeedHealth[] {
  const targets = [...new Set([...Object.keys(snapshot), ...notices.keys()])];
  return targets.map((target) => {
    const { retires, successor } = notices.get(target) ?? {};
    return { ...toFeedHealth(target, snapshot[target] ?? HEALTHY), retires, successor };
  });
}
