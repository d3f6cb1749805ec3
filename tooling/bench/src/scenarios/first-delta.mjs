import { setTimeout } from 'node:timers/promises';
import { measure } from '../measure/measures.mjs';
import { median } from '../measure/statistics.mjs';
import { text } from '../server/scripts.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { check, forWires, opened } from './scenario.mjs';

const DELTAS = 20;

/** @type {import('./scenario.mjs').Scenario} */
export const firstDelta = {
  name: 'first-delta',
  title: 'Time to the first delta',
  sizes: { full: { rounds: 40, warmUp: 40, streams: 10 }, gate: { rounds: 25, warmUp: 40, streams: 10 } },
  async run(context) {
    const { streams } = context.size;
    const ready = await opened(context, `paced-${DELTAS}`, 'streamText');
    const expected = text(DELTAS);
    const jobs = ready.map(({ session, ...who }) => ({
      ...who,
      metric: 'first',
      title: 'a short stream, one write an event',
      async run() {
        const times = [];
        for (let n = 0; n < streams; n++) {
          // The end of one stream must not be counted with the beginning of the next.
          await setTimeout(1);
          times.push(await timeToFirst(session, expected));
        }
        return median(times);
      },
    }));
    return measure(context, { unit: 'µs wall', jobs, values: ({ results }) => results });
  },
  goals: [
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'time to first delta',
      atMost: 30,
      unit: 'µs over SDK',
      figure: (read) => read.excess('first', wire, 'sdk'),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'time to first delta',
      atMost: Infinity,
      stretch: 200,
      unit: 'µs over raw',
      figure: (read) => read.excess('first', wire, 'raw'),
    })),
  ],
};

async function timeToFirst({ streamText }, expected) {
  const start = performance.now();
  let first;
  const answer = await streamText(() => (first ??= performance.now() - start));
  check(answer, expected);
  return first * 1000;
}
