import { measure } from '../measure/measures.mjs';
import { text } from '../server/scripts.mjs';
import { MAIN_WIRES, OTHER_WIRES, rivalOf } from '../wires/index.mjs';
import { check, forWires, opened } from './scenario.mjs';

const MOST_OVER_RAW = 1.5;
const MOST = { 'openai-chat': 0.75, 'anthropic-messages': 1.05, 'workersai-run': MOST_OVER_RAW };
/** Of a wire that is not named there. */
const MOST_OF_OTHERS = 0.8;
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
      atMost: MOST[wire] ?? MOST_OF_OTHERS,
      unit: rivalOf(wire).unit,
      figure: (read) => read.ratio('text', wire, rivalOf(wire).subject),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'stream, a delta',
      atMost: MOST_OVER_RAW,
      stretch: 1.25,
      unit: '× raw',
      figure: (read) => read.ratio('text', wire, 'raw'),
    })),
  ],
};
