// pnpm bench:profile <scenario> [--subjects sdk,majordomo] [--wires openai-chat]: in which functions the time goes, for
// each subject and metric. The scenario runs as in the gate; figures of a run that is watched are not kept.
import { fileURLToPath } from 'node:url';
import { spawnSync } from 'node:child_process';
import { readOptions } from './options.mjs';
import { startSampler } from './profile/sampler.mjs';
import { markdown } from './report/table.mjs';
import { runScenario } from './run.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

const FUNCTIONS = 18;
const PACKAGES = 8;
const { positionals, families = ['sdk', 'majordomo'], wires = ['openai-chat'], ...options } = readOptions();
const scenario = SCENARIOS.find(({ name }) => name === positionals[0]);
if (scenario === undefined) throw new Error(`no scenario "${positionals[0]}"`);
const subjects = families.flatMap((family) => wires.map((wire) => [family, wire]));
// One subject a process: they share functions, whose machine code each would change for the other.
if (subjects.length === 1) await profile();
else for (const [family, wire] of subjects) inProcess(family, wire);

function inProcess(family, wire) {
  const args = [fileURLToPath(import.meta.url), scenario.name, '--subjects', family, '--wires', wire];
  spawnSync(process.execPath, args, { stdio: 'inherit' });
}

async function profile() {
  const { around, times } = await startSampler();
  await runScenario(scenario, { ...options, size: 'gate', rounds: 1, families, wires, around });
  for (const [name, places] of times) {
    console.log(`\n## ${name}\n\n${table('package', packagesOf(places), PACKAGES)}`);
    console.log(`\n${table('function', places, FUNCTIONS)}`);
  }
  process.exit(0);
}

function packagesOf(places) {
  const packages = new Map();
  for (const [place, time] of places) {
    const [name] = place.split(' ');
    packages.set(name, (packages.get(name) ?? 0) + time);
  }
  return packages;
}

function table(what, times, most) {
  const all = [...times.values()].reduce((sum, time) => sum + time, 0);
  const rows = [...times]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, time]) => [name, ((100 * time) / all).toFixed(1)]);
  return markdown([what, '% of self time'], rows);
}
