import { measure } from '../measure/measures.mjs';
import { text } from '../server/scripts.mjs';
import { MAIN_WIRES, OTHER_WIRES, rivalOf } from '../wires/index.mjs';
import { check, forWires, opened } from './scenario.mjs';

const DELTAS = 50;
const WAYS = 64;

/** @type {import('./scenario.mjs').Scenario} */
export const call = {
  name: 'call',
  title: 'One call that is not streamed',
  sizes: {
    full: { rounds: 7, warmUp: 6, calls: 300, atOnce: 1280 },
    gate: { rounds: 15, warmUp: 6, calls: 150, atOnce: 640 },
  },
  async run(context) {
    const { calls, atOnce } = context.size;
    const ready = await opened(context, `text-${DELTAS}`, 'complete');
    const expected = text(DELTAS);
    const once = async ({ complete }) => check(await complete(), expected);
    const sequential = ready.map(({ session, ...who }) => ({
      ...who,
      metric: 'sequential',
      title: 'one after the other',
      per: calls,
      async run() {
        for (let n = 0; n < calls; n++) await once(session);
      },
    }));
    const concurrent = ready.map(({ session, ...who }) => ({
      ...who,
      metric: 'concurrent',
      title: `${WAYS} at a time`,
      per: atOnce,
      async run() {
        let left = atOnce;
        const way = async () => {
          while (left-- > 0) await once(session);
        };
        await Promise.all(Array.from({ length: WAYS }, way));
      },
    }));
    const unit = 'µs CPU a call';
    return [
      ...(await measure(context, { unit, jobs: sequential })),
      ...(await measure(context, { unit, jobs: concurrent })),
    ];
  },
  gateWires: [...MAIN_WIRES, ...OTHER_WIRES],
  goals: ['sequential', 'concurrent'].flatMap((metric) =>
    forWires([...MAIN_WIRES, ...OTHER_WIRES], (wire) => ({
      row: `call, ${metric}`,
      atMost: 1.05,
      unit: rivalOf(wire).unit,
      figure: (read) => read.ratio(metric, wire, rivalOf(wire).subject),
    })),
  ),
};
