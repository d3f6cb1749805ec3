import { measure } from '../measure/measures.mjs';
import { LAST_WORDS } from '../server/scripts.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { check, forWires } from './scenario.mjs';

/** @type {import('./scenario.mjs').Scenario} */
export const agent = {
  name: 'agent',
  title: 'An agent that calls one tool a step',
  sizes: { full: { rounds: 5, warmUp: 2, runs: 5 }, gate: { rounds: 5, warmUp: 2, runs: 5 } },
  async run(context) {
    let runs = 0;
    const jobs = [];
    for (const steps of [20, 400])
      for (const { family: subject, wire, open } of context.subjects) {
        if ((await open(context.place(`turns-${steps}.0`))).runAgent === undefined) continue;
        // Short runs are repeated, so that one takes long enough to be measured.
        const times = steps < 100 ? context.size.runs : 1;
        const once = async () => {
          const { runAgent } = await open(context.place(`turns-${steps}.${runs++}`));
          const run = await runAgent();
          check(run.steps, steps);
          check(run.text, LAST_WORDS);
        };
        jobs.push({
          metric: `${steps} steps`,
          title: `${steps} steps`,
          wire,
          subject,
          per: steps * times,
          async run() {
            for (let n = 0; n < times; n++) await once();
          },
        });
      }
    return measure(context, { unit: 'µs CPU a step', jobs });
  },
  goals: [
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'agent, a step of 400',
      atMost: 1.1,
      stretch: 1,
      unit: '× SDK',
      figure: (read) => read.ratio('400 steps', wire, 'sdk'),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'agent, growth from 20 to 400 steps',
      atMost: 1.1,
      unit: "× raw's",
      figure: (read) =>
        read.growth('400 steps', '20 steps', wire) / read.growth('400 steps', '20 steps', wire, 'raw'),
    })),
  ],
};
