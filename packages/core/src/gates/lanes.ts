import type { AttemptInfo, Gate, Permit } from '../contract/gate.ts';

interface Lane {
  free: number;
  readonly waiting: (() => void)[];
}

/**
 * A gate that lets at most so many calls at once into each target prefix; the longest prefix that fits counts, the
 * others wait their turn in order.
 *
 * @example lanes({ 'm1/': 1, 'openai/gpt-x': 8 })
 */
export function lanes(limits: { readonly [targetPrefix: string]: number }): Gate {
  const prefixes = Object.keys(limits).sort((a, b) => b.length - a.length);
  const open = new Map<string, Lane>(
    prefixes.map((prefix) => [prefix, { free: limits[prefix] ?? 0, waiting: [] }]),
  );
  return {
    name: 'lanes',
    admit({ target, signal }: AttemptInfo) {
      const lane = open.get(prefixes.find((prefix) => target.startsWith(prefix)) ?? '');
      return lane === undefined ? undefined : enter(lane, signal);
    },
  };
}

function enter(lane: Lane, signal: AbortSignal): Permit | Promise<Permit> {
  signal.throwIfAborted();
  if (lane.free > 0) {
    lane.free--;
    return permitOf(lane);
  }
  return new Promise((resolve, reject) => {
    const turn = (): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(permitOf(lane));
    };
    const onAbort = (): void => {
      lane.waiting.splice(lane.waiting.indexOf(turn), 1);
      reject(signal.reason as Error);
    };
    lane.waiting.push(turn);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

const permitOf = (lane: Lane): Permit => ({
  settle() {
    const next = lane.waiting.shift();
    if (next === undefined) lane.free++;
    else next();
  },
});
