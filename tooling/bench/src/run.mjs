import { seeded } from './measure/statistics.mjs';
import { judge } from './report/goals.mjs';
import { machine } from './report/results.mjs';
import { startServer } from './server/start.mjs';
import { loadSubjects, OWN_FAMILIES } from './subjects/load.mjs';

/**
 * Runs one scenario in this process.
 *
 * @param {import('./scenarios/scenario.mjs').Scenario} scenario
 * @param {{ size: 'full' | 'gate', families?: string[], wires?: string[], rounds?: number, seed: number,
 *   around?: import('./measure/rounds.mjs').Plan['around'] }} options
 */
export async function runScenario(scenario, { size: sizeName, wires, rounds, seed, around, ...asked }) {
  const families = asked.families ?? (scenario.withPeers ? undefined : OWN_FAMILIES);
  const { subjects, missing } = await loadSubjects({ families, wires });
  const server = await startServer();
  try {
    const size = scenario.sizes[sizeName];
    const measures = await scenario.run({
      subjects,
      place: server.place,
      size,
      rounds: rounds ?? size.rounds,
      warmUp: size.warmUp,
      random: seeded(seed),
      around,
      isGate: sizeName === 'gate',
    });
    const { name, title, goals } = scenario;
    return { name, title, ...machine(), seed, missing, measures, verdicts: judge(goals, measures) };
  } finally {
    server.stop();
  }
}
