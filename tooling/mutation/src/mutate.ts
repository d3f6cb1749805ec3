/**
 * `pnpm mutate [package] [start …] [--seed n] [--most n]`: changes one thing at a time in a copy of a package (core by default),
 * runs the tests of the package and prints every change that the tests do not detect, or that exceeds the time limit. The exit
 * code is 1 if more than 5 % survive.
 */
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageOf, packagesIn, ROOT } from '../../build/packages.ts';
import { copyOf } from './copy.ts';
import { judge } from './judge.ts';
import { mutantsOf, undetected } from './mutant.ts';
import { endTests } from './run-tests.ts';
import { sampleOf } from './sample.ts';
import { isGood, summary } from './tally.ts';

/** Folders of core that are changed by default. */
const STARTS = ['call/', 'gates/', 'health/', 'operations/', 'prepare/', 'stream/'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, most: { type: 'string', default: '200' } },
});
const [first = ''] = positionals;
const isPackage = packagesIn().some(({ id, wing }) => id === first && wing !== undefined);
const name = isPackage ? first : 'core';
const given = isPackage ? positionals.slice(1) : positionals;
const starts = given.length > 0 ? given : isPackage && name !== 'core' ? [''] : STARTS;
// Lower the priority of this process and of the processes that it starts.
setPriority(10);
const copy = copyOf(ROOT, packageOf(name).path);
process.once('exit', () => {
  endTests();
  copy.remove();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const all = starts.flatMap((start) => mutantsOf(join(copy.folder, 'src'), start));
const sample = sampleOf(all, Number(values.most), Number(values.seed));
console.log(`${sample.length} of ${all.length} mutants, seed ${values.seed}`);
// A complete run of core's tests would take too long.
const testsOf = (file: string): readonly string[] =>
  name === 'core' ? ['test/', `src/${dirname(file)}/`] : [];
const tally = await judge(sample, {
  folder: copy.folder,
  testsOf,
  onUndetected: (mutant, fate) => {
    console.log(undetected(mutant, fate));
  },
});
for (const line of summary(tally)) console.log(line);
process.exitCode = isGood(tally) ? 0 : 1;
