import type { Timeouts } from '../types/call-options.ts';

/** The later set wins, field by field; an `undefined` field is not set. */
export function mergeTimeouts(first: Timeouts | undefined, then: Timeouts | undefined): Timeouts {
  if (first === undefined || then === undefined) return first ?? then ?? NO_TIMEOUTS;
  return {
    connectMs: then.connectMs ?? first.connectMs,
    firstContentMs: then.firstContentMs ?? first.firstContentMs,
    idleMs: then.idleMs ?? first.idleMs,
    completeMs: then.completeMs ?? first.completeMs,
    totalMs: then.totalMs ?? first.totalMs,
    unreadMs: then.unreadMs ?? first.unreadMs,
  };
}

const NO_TIMEOUTS: Timeouts = {};

/** A member that is there and undefined says nothing. */
export const defined = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
