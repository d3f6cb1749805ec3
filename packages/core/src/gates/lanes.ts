import type { AttemptInfo, Gate, Permit } from '../types/gate.ts';
import { checkNumber } from '../util/check.ts';

interface Waiter {
  readonly attempt: AttemptInfo;
  enter(): void;
}

/** Who is in a lane, and who waits for it. */
interface Lane {
  readonly most: number;
  readonly holders: Set<AttemptInfo>;
  readonly waiting: Waiter[];
}

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
      return { prefix, lane: { most, holders: new Set(), waiting: [] } satisfies Lane };
    });
  return {
    name: 'lanes',
    admit(attempt) {
      const lane = open.find(({ prefix }) => attempt.target.startsWith(prefix))?.lane;
      return lane && enter(lane, attempt);
    },
  };
}

/** Resolves when the attempt has a place in the lane. */
async function enter(lane: Lane, attempt: AttemptInfo): Promise<Permit> {
  const { signal } = attempt;
  signal.throwIfAborted();
  freeLapsed(lane);
  if (lane.holders.size < lane.most) return permitOf(lane, attempt);
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      attempt,
      enter() {
        signal.removeEventListener('abort', onAbort);
        resolve(permitOf(lane, attempt));
      },
    };
    const onAbort = (): void => {
      lane.waiting.splice(lane.waiting.indexOf(waiter), 1);
      reject(signal.reason as Error);
    };
    lane.waiting.push(waiter);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

function permitOf(lane: Lane, attempt: AttemptInfo): Permit {
  lane.holders.add(attempt);
  return {
    settle() {
      if (lane.holders.delete(attempt)) admitNext(lane);
    },
  };
}

function freeLapsed(lane: Lane): void {
  for (const holder of lane.holders) {
    if (holder.isLapsed !== true) continue;
    lane.holders.delete(holder);
    admitNext(lane);
  }
}

function admitNext(lane: Lane): void {
  while (lane.holders.size < lane.most) {
    const next = lane.waiting.shift();
    if (next === undefined) return;
    if (next.attempt.isLapsed !== true) next.enter();
  }
}
