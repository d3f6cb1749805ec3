import type { ImageRequest } from '@majordomo/core';

/**
 * What the caller adds for this target, to be merged into the body last: the wire's entries first, then the
 * provider's own over them. A member of `undefined` takes a field away.
 */
export function extraFor(extra: ImageRequest['extra'], wire: string, target: string): object {
  const [providerId = ''] = target.split('/', 1);
  return { ...extra?.[wire], ...extra?.[providerId] };
}

/** Unset fields are the backend's to choose: they are not in the body. */
export const withoutUnset = (fields: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
