// pnpm bench [scenario] [--subjects raw,sdk,majordomo] [--wires openai-chat] [--rounds 7] [--seed 1]
// Prints tables, and writes every sample to out/<scenario>.json. Without a scenario: all of them, a process each, so that
// the heap and the machine code of one do not colour the next.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.mjs';
import { fileNameOf, save } from './report/results.mjs';
import { tablesOf, verdictTable } from './report/table.mjs';
import { runScenario } from './run.mjs';
import { SCENARIOS } from './scenarios/index.mjs';

const options = readOptions();
const [name] = options.positionals;
if (name === undefined) runAll();
else await runOne(name);

function runAll() {
  for (const scenario of SCENARIOS) {
    const args = [fileURLToPath(import.meta.url), scenario.name, ...process.argv.slice(2)];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}

async function runOne(wanted) {
  const scenario = SCENARIOS.find((each) => each.name === wanted);
  if (scenario === undefined)
    throw new Error(`no scenario "${wanted}"; there are ${SCENARIOS.map((each) => each.name).join(', ')}`);
  const result = await runScenario(scenario, options);
  save(fileNameOf(scenario.name, options.size), result);
  if (!options.quiet) print(result);
  // Sockets that the clients keep alive must not keep this process alive.
  process.exit(0);
}

function print({ title, measures, missing, verdicts }) {
  console.log(`\n## ${title}\n`);
  if (missing.length > 0) console.log(`not installed: ${missing.join(', ')}\n`);
  for (const table of tablesOf(measures)) console.log(`${table}\n`);
  console.log(verdictTable(verdicts));
}
