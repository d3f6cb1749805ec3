import type { Gate, Majordomo } from '@majordomo/core';

/** Returns functions that change aliases. Running calls retain their targets. All results share the health of `origin`. */
export function reloadable(origin: Majordomo) {
  let current = origin;
  return {
    /** Replaces the aliases, for example when `fs.watch` reports a change of the settings. */
    reload(json: string): void {
      current = origin.with({ aliases: JSON.parse(json) as Record<string, string> });
    },
    /** Returns a majordomo with the current aliases, whose gate is that of one tenant. */
    for: (gate: Gate): Majordomo => current.with({ gates: [gate] }),
  };
}
