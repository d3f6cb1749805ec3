import type { TargetSettings } from '../contract/majordomo.ts';

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
    timeouts: { ...inner.timeouts, ...defined(outer.timeouts ?? {}) },
    policy: { ...inner.policy, ...defined(outer.policy ?? {}) },
  };
}

/** A member that is there and undefined says nothing. */
export const defined = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
