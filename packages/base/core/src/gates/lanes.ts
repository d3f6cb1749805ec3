import type { AttemptInfo, Gate, Permit } from '../types/gate.ts';
import { checkNumber } from '../util/options.ts';

interface Waiter {
  readonly attempt: AttemptInfo;
  enter(): void;
}

interface Lane {
  readonly limit: number;
  readonly running: Set<AttemptInfo>;
  readonly waiting: Waiter[];
}

/**
 * Creates a gate that limits the number of concurrent attempts per target prefix. If several prefixes match, the longest applies.
 * Further attempts wait and start in order of arrival. When an attempt arrives, those that can no longer be running (`isLapsed`)
 * release their places.
 *
 * @param limits maximum number of concurrent attempts by prefix. With 0, attempts wait until their call is stopped. A target
 * without a matching prefix is not limited. Throws `config` for a limit that is not a number of 0 or more
 * @example lanes({ 'm1/': 1, 'openai/gpt-5.4': 8 })
 */
export function lanes(limits: { readonly [targetPrefix: string]: number }): Gate {
  const byLength = Object.entries<unknown>(limits)
    .sort(([a], [b]) => b.length - a.length)
    .map(([prefix, limit]) => {
      // `checkNumber` accepts `undefined`, but each prefix must have a limit.
      checkNumber(limit ?? null, 0, `lanes["${prefix}"]`);
      const lane: Lane = { limit: limit as number, running: new Set(), waiting: [] };
      return { prefix, lane };
    });
  return {
    name: 'lanes',
    admit(attempt) {
      const lane = byLength.find(({ prefix }) => attempt.target.startsWith(prefix))?.lane;
      return lane && enter(lane, attempt);
    },
  };
}

/** Waits until fewer attempts than the limit are running in the lane. Resolves with the permit. */
async function enter(lane: Lane, attempt: AttemptInfo): Promise<Permit> {
  const { signal } = attempt;
  signal.throwIfAborted();
  removeLapsed(lane);
  if (lane.running.size < lane.limit) return startIn(lane, attempt);
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      attempt,
      enter() {
        signal.removeEventListener('abort', onAbort);
        resolve(startIn(lane, attempt));
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

function startIn(lane: Lane, attempt: AttemptInfo): Permit {
  lane.running.add(attempt);
  return {
    settle() {
      // The place of a lapsed attempt has already been given to another one.
      if (lane.running.delete(attempt)) admitNext(lane);
    },
  };
}

function removeLapsed(lane: Lane): void {
  for (const attempt of lane.running) {
    if (attempt.isLapsed !== true) continue;
    lane.running.delete(attempt);
    admitNext(lane);
  }
}

function admitNext(lane: Lane): void {
  while (lane.running.size < lane.limit) {
    const next = lane.waiting.shift();
    if (next === undefined) return;
    // Nothing waits for the permit of a lapsed attempt.
    if (next.attempt.isLapsed !== true) next.enter();
  }
}
