import type { Timeouts } from '../types/call-options.ts';

/** Merges time limits. Defined limits of `second` take precedence. */
export const mergeTimeouts = (first: Timeouts | undefined, second: Timeouts | undefined): Timeouts => ({
  ...first,
  ...definedMembers(second ?? {}),
});

/** Returns the members that are not `undefined`. */
export const definedMembers = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
