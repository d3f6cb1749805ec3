import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compilerOf, type Compiles } from './compiler.ts';
import { isEquivalent } from './equivalent.ts';
import type { Mutant } from './mutant.ts';
import { runTests, type Outcome } from './run-tests.ts';
import { withFate, type Fate, type Tally } from './tally.ts';

/** Many times what the tests take on a quiet machine: what takes longer is an endless loop. */
const LIMIT_MS = 60_000;

/** Puts one mutant at a time into a copy of a package and runs its tests; each that they do not notice is told. */
export async function judge(
  mutants: readonly Mutant[],
  folder: string,
  onAlive: (mutant: Mutant) => void,
): Promise<Tally> {
  await checkTests(mutants, folder);
  const compiles = compilerOf(folder);
  let tally: Tally = new Map();
  for (const mutant of mutants) {
    const fate = await fateOf(mutant, folder, compiles);
    tally = withFate(tally, dirname(mutant.file), fate);
    if (fate === 'alive') onAlive(mutant);
  }
  return tally;
}

async function checkTests(mutants: readonly Mutant[], folder: string): Promise<void> {
  for (const stage of new Set(mutants.map(({ file }) => dirname(file)))) {
    if ((await test(stage, folder)) !== 'passed')
      throw new Error(`the tests of ${stage} fail without a mutant`);
  }
}

async function fateOf(mutant: Mutant, folder: string, compiles: Compiles): Promise<Fate> {
  if (isEquivalent(mutant)) return 'equivalent';
  const path = join(folder, 'src', mutant.file);
  if (!compiles(path, mutant.text)) return 'refused';
  const original = readFileSync(path);
  writeFileSync(path, mutant.text);
  const outcome = await test(dirname(mutant.file), folder);
  writeFileSync(path, original);
  if (outcome === 'passed') return 'alive';
  return outcome === 'failed' ? 'killed' : outcome;
}

/** What reaches a folder of the sources: the tests of whole calls, and its own. */
const test = (stage: string, folder: string): Promise<Outcome> =>
  runTests(folder, ['test/', `src/${stage}/`], LIMIT_MS);
