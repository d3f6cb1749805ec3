import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compilerOf, type Compiles } from './compiler.ts';
import type { Mutant } from './mutant.ts';
import { runTests } from './run-tests.ts';
import { withFate, type Fate, type Tally } from './tally.ts';

/** Time limit of the first test run, in milliseconds. */
const FIRST_LIMIT_MS = 180_000;
/** Time limit of the other test runs, as a multiple of the longest first run. Only an endless loop exceeds this limit. */
const LIMIT_FACTOR = 3;
/** Minimum time limit of a test run, in milliseconds. A loaded machine can take several times as long as the first run. */
const MIN_LIMIT_MS = 60_000;

/** Tests that can detect a mutant of a file: folders of the package; an empty list means all. */
export type TestsOf = (file: string) => readonly string[];

interface JudgeOptions {
  /** Copy of the package. */
  readonly folder: string;
  readonly testsOf: TestsOf;
  /** Called with each mutant that survives or exceeds the time limit. */
  readonly onUndetected: (mutant: Mutant, fate: 'alive' | 'too slow') => void;
}

/** Writes one mutant at a time to a copy of a package and runs its tests. */
export async function judge(mutants: readonly Mutant[], options: JudgeOptions): Promise<Tally> {
  const { folder, testsOf, onUndetected } = options;
  const longestMs = await durationOfTests(mutants, folder, testsOf);
  const limitMs = Math.max(MIN_LIMIT_MS, LIMIT_FACTOR * longestMs);
  const compiles = compilerOf(folder);
  let tally: Tally = new Map();
  for (const mutant of mutants) {
    const fate = await fateOf(mutant, folder, testsOf(mutant.file), limitMs, compiles);
    tally = withFate(tally, dirname(mutant.file), fate);
    if (fate === 'alive' || fate === 'too slow') onUndetected(mutant, fate);
  }
  return tally;
}

/** Runs the tests without a mutant, and returns the longest duration in milliseconds. Rejects if a test fails. */
async function durationOfTests(
  mutants: readonly Mutant[],
  folder: string,
  testsOf: TestsOf,
): Promise<number> {
  const runs = new Map(mutants.map(({ file }) => [testsOf(file).join(' '), testsOf(file)]));
  let longestMs = 0;
  for (const [name, tests] of runs) {
    const start = performance.now();
    if ((await runTests(folder, tests, FIRST_LIMIT_MS)) !== 'passed')
      throw new Error(`the tests ${name} fail without a mutant`);
    longestMs = Math.max(longestMs, performance.now() - start);
  }
  return longestMs;
}

async function fateOf(
  mutant: Mutant,
  folder: string,
  tests: readonly string[],
  limitMs: number,
  compiles: Compiles,
): Promise<Fate> {
  const path = join(folder, 'src', mutant.file);
  if (!compiles(path, mutant.text)) return 'refused';
  const original = readFileSync(path);
  writeFileSync(path, mutant.text);
  const outcome = await runTests(folder, tests, limitMs);
  writeFileSync(path, original);
  if (outcome === 'passed') return 'alive';
  return outcome === 'failed' ? 'killed' : outcome;
}
