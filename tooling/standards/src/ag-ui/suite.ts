import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CaseResult, Suite } from '../suite.ts';
import { AG_UI_CASES, randomRun, type AgUiCase } from './cases.ts';
import { play } from './client.ts';

const RANDOM_RUNS = 500;

/** Returns the suite of the events of runs, checked by the verifier and the client of the protocol, with a number of random runs. */
export const agUiWith = (randomRuns: number): Suite => ({
  name: 'ag-ui',
  standard: 'AG-UI 1.0',
  version: `cases of this repository, checked by @ag-ui/client ${clientVersion()}`,
  async run() {
    const results: CaseResult[] = [];
    for (const [id, one] of Object.entries(AG_UI_CASES)) results.push(await resultOf(id, one));
    return [...results, await randomResult(randomRuns)];
  },
});

export const agUi: Suite = agUiWith(RANDOM_RUNS);

async function resultOf(id: string, { run, expected }: AgUiCase): Promise<CaseResult> {
  const { problems, outcomes, text } = await play(run);
  const messages = [...problems];
  const actual = JSON.stringify({ outcomes, text });
  if (actual !== JSON.stringify(expected))
    messages.push(`expected ${JSON.stringify(expected)}, got ${actual}`);
  return { id, result: messages.length === 0 ? 'passed' : 'failed', messages };
}

async function randomResult(runs: number): Promise<CaseResult> {
  const messages: string[] = [];
  for (let seed = 0; seed < runs; seed++) {
    const { problems, outcomes } = await play(randomRun(seed));
    messages.push(...problems.map((problem) => `seed ${seed}: ${problem}`));
    if (outcomes.at(-1) !== 'success') messages.push(`seed ${seed}: ended with ${outcomes.join(', ')}`);
  }
  const id = `${runs} random runs`;
  return { id, result: messages.length === 0 ? 'passed' : 'failed', messages };
}

function clientVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('@ag-ui/client/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}
