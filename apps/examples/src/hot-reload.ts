import type { Gate, Majordomo } from '@majordomo/core';

/**
 * Aliases that change while calls are under way. A view shares health with its origin, and a call that has begun keeps
 * its targets.
 */
export function reloadable(origin: Majordomo) {
  let current = origin;
  return {
    /** What `fs.watch` on a settings file would call. */
    reload(json: string): void {
      current = origin.with({ aliases: JSON.parse(json) as Record<string, string> });
    },
    /** A tenant's own limits over the same providers. */
    for: (gate: Gate): Majordomo => current.with({ gates: [gate] }),
  };
}
