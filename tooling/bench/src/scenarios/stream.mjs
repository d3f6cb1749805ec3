import { measure } from '../measure/measures.mjs';
import { text } from '../server/scripts.mjs';
import { MAIN_WIRES, OTHER_WIRES } from '../wires/index.mjs';
import { check, forWires, opened } from './scenario.mjs';

const OVER_SDK = { 'openai-chat': 0.75, 'anthropic-messages': 1.05 };
/** Of a wire that is not named there. */
const OF_OTHERS = 0.8;
const PACES = { text: 'all events at once', paced: 'one write an event' };

/** @type {import('./scenario.mjs').Scenario} */
export const stream = {
  name: 'stream',
  title: 'Text deltas of a stream',
  sizes: {
    full: { rounds: 7, warmUp: 10, deltas: 2000, streams: 3 },
    gate: { rounds: 9, warmUp: 12, deltas: 2000, streams: 10 },
  },
  async run(context) {
    const { deltas, streams } = context.size;
    const expected = text(deltas);
    const measures = [];
    for (const [pace, title] of Object.entries(PACES)) {
      const ready = await opened(context, `${pace}-${deltas}`, 'streamText');
      const jobs = ready.map(({ session, ...who }) => ({
        ...who,
        metric: pace,
        title,
        per: deltas * streams,
        async run() {
          for (let n = 0; n < streams; n++) check(await session.streamText(), expected);
        },
      }));
      measures.push(...(await measure(context, { unit: 'µs CPU a delta', jobs })));
      if (context.isGate) break;
    }
    return measures;
  },
  gateWires: [...MAIN_WIRES, ...OTHER_WIRES],
  goals: [
    ...forWires([...MAIN_WIRES, ...OTHER_WIRES], (wire) => ({
      row: 'stream, a delta',
      atMost: OVER_SDK[wire] ?? OF_OTHERS,
      unit: '× SDK',
      figure: (read) => read.ratio('text', wire, 'sdk'),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'stream, a delta',
      atMost: 1.5,
      stretch: 1.25,
      unit: '× raw',
      figure: (read) => read.ratio('text', wire, 'raw'),
    })),
  ],
};
