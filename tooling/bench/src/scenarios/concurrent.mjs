import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { measure } from '../measure/measures.mjs';
import { shuffled } from '../measure/statistics.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { burst, DELTAS, STREAMS } from './concurrent-burst.mjs';
import { forWires, opened } from './scenario.mjs';

const MEMORY = fileURLToPath(new URL('concurrent-memory.mjs', import.meta.url));

/** @type {import('./scenario.mjs').Scenario} */
export const concurrent = {
  name: 'concurrent',
  title: `${STREAMS} streams at a time`,
  sizes: { full: { rounds: 7, warmUp: 4, processes: 5 }, gate: { rounds: 5, warmUp: 3, processes: 3 } },
  async run(context) {
    const ready = await opened(context, `paced-${DELTAS}`, 'streamText');
    const jobs = ready.map(({ session, ...who }) => ({
      ...who,
      metric: 'cpu',
      title: 'one write an event',
      per: STREAMS * DELTAS,
      run: () => burst(session),
    }));
    return [
      ...(await measure(context, { unit: 'µs CPU a delta', jobs })),
      ...(await memory(context, { streams: STREAMS, deltas: DELTAS, processes: context.size.processes })),
    ];
  },
  goals: [
    ...forWires(MAIN_WIRES, (wire) => ({
      row: '100 streams, a delta',
      atMost: 1.25,
      stretch: 1,
      unit: '× raw',
      figure: (read) => read.ratio('cpu', wire, 'raw'),
    })),
    ...forWires(MAIN_WIRES, (wire) => ({
      row: '100 streams, memory',
      atMost: 10,
      unit: 'MB over SDK',
      figure: (read) => read.excess('memory', wire, 'sdk'),
    })),
  ],
};

/** Memory never shrinks back: a process for each subject, that sees nothing else. */
export async function memory({ subjects, place, random, isGate }, { streams, deltas, processes }) {
  const some = subjects.filter(
    ({ family, wire }) => !isGate || (family !== 'raw' && MAIN_WIRES.includes(wire)),
  );
  const measures = some.map(({ family: subject, wire }) => ({
    metric: 'memory',
    title: `${streams} streams: resident set at the peak of two bursts, over the empty process`,
    unit: 'MB',
    wire,
    subject,
    values: [],
    error: undefined,
  }));
  for (let round = 0; round < processes; round++)
    for (const each of shuffled(measures, random)) {
      const child = fork(MEMORY, [each.subject, each.wire, place(`paced-${deltas}`), streams, deltas], {
        execArgv: ['--expose-gc'],
      });
      const ended = once(child, 'exit').then(() => [undefined]);
      const [grown] = await Promise.race([once(child, 'message'), ended]);
      if (grown === undefined) each.error = 'the process ended without a figure';
      else each.values.push(grown);
    }
  return measures;
}
