import { checkNumber } from '../check-number.ts';
import type { AttemptInfo, Gate } from '../contract/gate.ts';
import type * as Entrance from './enter-lane.ts';

/**
 * A gate that lets at most so many calls at once into each target prefix; the longest prefix that fits counts, the
 * others wait their turn in order. A place is a lease: one whose attempt cannot be running any more is given to the next
 * who asks. 0 shuts a lane. Throws `config` for a limit that is no number.
 *
 * @example lanes({ 'm1/': 1, 'openai/gpt-5.4': 8 })
 */
export function lanes(limits: { readonly [targetPrefix: string]: number }): Gate {
  const given: Readonly<Record<string, unknown>> = limits;
  const open = Object.entries(limits)
    .sort(([a], [b]) => b.length - a.length)
    .map(([prefix, most]) => {
      checkNumber(given[prefix] ?? null, 0, `lanes["${prefix}"]`);
      return { prefix, lane: { most, holders: new Set(), waiting: [] } satisfies Entrance.Lane };
    });
  return {
    name: 'lanes',
    async admit(attempt: AttemptInfo) {
      const lane = open.find(({ prefix }) => attempt.target.startsWith(prefix))?.lane;
      return lane && (entrance ??= await import('./enter-lane.ts')).enterLane(lane, attempt);
    },
  };
}

/** Kept: `import()` resolves its name anew each time, some 20 µs a call. */
let entrance: typeof Entrance | undefined;
