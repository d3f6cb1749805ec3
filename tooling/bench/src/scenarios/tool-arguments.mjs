import { measure } from '../measure/measures.mjs';
import { editArguments } from '../server/scripts.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { check, forWires, opened } from './scenario.mjs';

const SIZES = [1000, 2000, 4000];
/** A sample: one alone is little beside the machine code that is made in it. */
const STREAMS = 3;
const KINDS = [
  { metric: 'arguments', script: 'tool', method: 'streamTool', title: 'arguments of one call' },
  {
    metric: 'partials',
    script: 'json',
    method: 'streamJson',
    title: 'an object, partial values listened to',
  },
];

/** @type {import('./scenario.mjs').Scenario} */
export const toolArguments = {
  name: 'tool-arguments',
  title: 'Tool arguments and objects in many pieces',
  sizes: { full: { rounds: 7, warmUp: 8 }, gate: { rounds: 5, warmUp: 8 } },
  async run(context) {
    const measures = [];
    for (const { metric, script, method, title } of KINDS) {
      const jobs = [];
      for (const pieces of SIZES) {
        const expected = JSON.stringify(editArguments(pieces));
        const ready = await opened(context, `${script}-${pieces}`, method);
        for (const { session, ...who } of ready)
          jobs.push({
            ...who,
            metric: `${metric} ${pieces}`,
            title: `${title}, ${pieces} pieces`,
            per: STREAMS * 1000,
            async run() {
              for (let n = 0; n < STREAMS; n++) {
                const answer = await session[method]();
                check(JSON.stringify(method === 'streamTool' ? answer.args : answer), expected);
              }
            },
          });
      }
      measures.push(...(await measure(context, { unit: 'ms CPU', jobs })));
    }
    return measures;
  },
  goals: KINDS.flatMap(({ metric, title }) => [
    ...forWires(MAIN_WIRES, (wire) => ({
      row: `${title}, 4000 pieces`,
      atMost: 1.5,
      stretch: 1.2,
      unit: '× raw',
      figure: (read) => read.ratio(`${metric} 4000`, wire, 'raw'),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: `${title}, last doubling`,
      atMost: 2.2,
      unit: '×',
      figure: (read) => read.growth(`${metric} 4000`, `${metric} 2000`, wire),
    })),
  ]),
};
