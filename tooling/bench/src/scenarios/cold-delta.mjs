import { spawnSync } from 'node:child_process';
import { shuffled } from '../measure/statistics.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { forWires } from './scenario.mjs';

const DELTAS = 20;
const SUBJECTS = ['sdk', 'majordomo'];

/** @type {import('./scenario.mjs').Scenario} */
export const coldDelta = {
  name: 'cold-delta',
  title: 'The first call of a process, a process each',
  sizes: { full: { rounds: 15, warmUp: 1 }, gate: { rounds: 15, warmUp: 1 } },
  async run({ place, rounds, warmUp, random }) {
    const origin = place(`paced-${DELTAS}`);
    const measures = MAIN_WIRES.flatMap((wire) => SUBJECTS.map((subject) => measureOf(wire, subject)));
    for (let round = -warmUp; round < rounds; round++)
      for (const { wire, subject, values } of shuffled(measures, random)) {
        const ms = firstOf(wire, subject, origin);
        if (round >= 0) values.push(ms);
      }
    return measures;
  },
  // Decision record 0091.
  goals: [
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'first delta, cold',
      atMost: 1.25,
      unit: '× SDK',
      figure: (read) => read.ratio('cold', wire, 'sdk'),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: 'first delta, cold',
      atMost: Infinity,
      stretch: 1,
      unit: 'ms over SDK',
      figure: (read) => read.excess('cold', wire, 'sdk'),
    })),
  ],
};

const measureOf = (wire, subject) => ({
  metric: 'cold',
  title: 'from the call to its first delta; all modules are loaded',
  unit: 'ms wall',
  wire,
  subject,
  values: [],
  error: undefined,
});

function firstOf(wire, subject, origin) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program(wire, subject, origin)],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the program of ${subject} failed: ${stderr}`);
  return Number(stdout);
}

/** The SDK's modules take their time whoever loads them: the scenario `start` counts them, and this one does not. */
const program = (wire, subject, origin) => `
  import { text } from '../server/scripts.mjs';
  import { ${DIALECTS[wire]} as dialect } from '../wires/${wire}.mjs';
  import { ${subject} as subjectOf } from '../subjects/${subject}.mjs';
  import '${SDKS[wire]}';
  import '@majordomo/core';
  import '@majordomo/core/provider';
  const { streamText } = await subjectOf(dialect).open('${origin}');
  const start = performance.now();
  let first;
  const answer = await streamText(() => (first ??= performance.now() - start));
  if (answer !== text(${DELTAS})) throw new Error('wrong answer: ' + answer.slice(0, 80));
  console.log(first);
  process.exit(0);`;

const DIALECTS = { 'openai-chat': 'openaiChat', 'anthropic-messages': 'anthropicMessages' };
/** The entries that providers load: those of apps load them too. */
const SDKS = { 'openai-chat': 'openai', 'anthropic-messages': '@anthropic-ai/sdk' };
