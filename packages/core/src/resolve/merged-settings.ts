import type { TargetSettings } from '../contract/majordomo.ts';
import { defined } from '../defined.ts';
import { mergeTimeouts } from '../merge-timeouts.ts';

/** What names within names say together: the outer one has the say, member by member. */
export function mergedSettings(
  inner: TargetSettings | undefined,
  outer: TargetSettings | undefined,
): TargetSettings | undefined {
  if (inner === undefined || outer === undefined) return inner ?? outer;
  return {
    ...inner,
    ...defined(outer),
    extra: { ...inner.extra, ...outer.extra },
    timeouts: mergeTimeouts(inner.timeouts, outer.timeouts),
    policy: { ...inner.policy, ...defined(outer.policy ?? {}) },
  };
}
