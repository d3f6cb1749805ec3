// Simulated time that advances from event to event.
import { setImmediate } from 'node:timers/promises';

/** Clock with integer milliseconds. `runUntil` runs the scheduled events in order. */
export function simulatedClock(start = 0) {
  const planned = heap();
  let now = start;
  let count = 0;
  const timer = (ms, run) => {
    const event = { at: now + Math.max(0, Math.ceil(ms)), number: count++, run };
    planned.push(event);
    return () => {
      event.run = undefined;
    };
  };
  return {
    now: () => now,
    timer,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          cancel();
          reject(signal.reason);
        };
        const cancel = timer(ms, () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
        signal?.addEventListener('abort', stop, { once: true });
      }),
    async runUntil(end) {
      for (;;) {
        while (planned.first() !== undefined && planned.first().at <= now) planned.pop().run?.();
        // Wait for all promises that the event settles without further time.
        await setImmediate();
        const next = planned.first()?.at ?? Infinity;
        if (next > end) break;
        now = Math.max(now, next);
      }
      now = end;
    },
  };
}

const isBefore = (one, other) => one.at < other.at || (one.at === other.at && one.number < other.number);

/** Returns a priority queue of events, earliest first. */
function heap() {
  const all = [];
  const swap = (one, other) => ([all[one], all[other]] = [all[other], all[one]]);
  return {
    first: () => all[0],
    push(event) {
      let at = all.push(event) - 1;
      for (let above = (at - 1) >> 1; at > 0 && isBefore(all[at], all[above]); above = (at - 1) >> 1) {
        swap(at, above);
        at = above;
      }
    },
    pop() {
      const first = all[0];
      const last = all.pop();
      if (all.length === 0) return first;
      all[0] = last;
      for (let at = 0; ;) {
        let least = at;
        for (const below of [2 * at + 1, 2 * at + 2])
          if (below < all.length && isBefore(all[below], all[least])) least = below;
        if (least === at) return first;
        swap(at, least);
        at = least;
      }
    },
  };
}
