import type { Gate, Majordomo } from '@majordomo/core';

/** Changes aliases while calls are running. A view shares health with its origin. The targets of a running call do not change. */
export function reloadable(origin: Majordomo) {
  let current = origin;
  return {
    /** Replaces the aliases, for example when `fs.watch` reports a change of the settings. */
    reload(json: string): void {
      current = origin.with({ aliases: JSON.parse(json) as Record<string, string> });
    },
    /** Adds the limits of one tenant, with the same providers. */
    for: (gate: Gate): Majordomo => current.with({ gates: [gate] }),
  };
}
