import type { Timeouts } from '../types/call-options.ts';

/** Merges time limits. Defined limits of `second` take precedence. */
export function mergeTimeouts(first: Timeouts | undefined, second: Timeouts | undefined): Timeouts {
  if (first === undefined || second === undefined) return first ?? second ?? NO_TIMEOUTS;
  return {
    connectMs: second.connectMs ?? first.connectMs,
    firstContentMs: second.firstContentMs ?? first.firstContentMs,
    idleMs: second.idleMs ?? first.idleMs,
    completeMs: second.completeMs ?? first.completeMs,
    totalMs: second.totalMs ?? first.totalMs,
    unreadMs: second.unreadMs ?? first.unreadMs,
  };
}

const NO_TIMEOUTS: Timeouts = {};

/** Returns the members that are not `undefined`. */
export const definedMembers = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
