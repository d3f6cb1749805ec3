import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compilerOf, type Compiles } from './compiler.ts';
import { isEquivalent } from './equivalent.ts';
import type { Mutant } from './mutant.ts';
import { runTests } from './run-tests.ts';
import { withFate, type Fate, type Tally } from './tally.ts';

/** Time limit of one test run, in milliseconds. Only an endless loop exceeds it, because test runs are much shorter. */
const LIMIT_MS = 180_000;

/** Tests that can detect a mutant of a file: folders of the package; an empty list means all. */
export type TestsOf = (file: string) => readonly string[];

/** Writes one mutant at a time to a copy of a package and runs its tests. Reports each mutant that survives. */
export async function judge(
  mutants: readonly Mutant[],
  folder: string,
  testsOf: TestsOf,
  onAlive: (mutant: Mutant) => void,
): Promise<Tally> {
  await checkTests(mutants, folder, testsOf);
  const compiles = compilerOf(folder);
  let tally: Tally = new Map();
  for (const mutant of mutants) {
    const fate = await fateOf(mutant, folder, testsOf, compiles);
    tally = withFate(tally, dirname(mutant.file), fate);
    if (fate === 'alive') onAlive(mutant);
  }
  return tally;
}

async function checkTests(mutants: readonly Mutant[], folder: string, testsOf: TestsOf): Promise<void> {
  const runs = new Map(mutants.map(({ file }) => [testsOf(file).join(' '), testsOf(file)]));
  for (const [name, tests] of runs) {
    if ((await runTests(folder, tests, LIMIT_MS)) !== 'passed')
      throw new Error(`the tests ${name} fail without a mutant`);
  }
}

async function fateOf(mutant: Mutant, folder: string, testsOf: TestsOf, compiles: Compiles): Promise<Fate> {
  if (isEquivalent(mutant)) return 'equivalent';
  const path = join(folder, 'src', mutant.file);
  if (!compiles(path, mutant.text)) return 'refused';
  const original = readFileSync(path);
  writeFileSync(path, mutant.text);
  const outcome = await runTests(folder, testsOf(mutant.file), LIMIT_MS);
  writeFileSync(path, original);
  if (outcome === 'passed') return 'alive';
  return outcome === 'failed' ? 'killed' : outcome;
}
