// Runs all tests except the structure tests, in twice as many processes as processors, because many tests wait for a timer,
// a server or another process. Lists the missing services, whose tests are skipped, or fail in CI. With `--affected`, runs only the tests
// of packages that the branch has changed since `main`, and of the packages that use them.
import { execFileSync, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { missingServices } from '../services/src/binaries.ts';
import { ROOT } from './packages.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const TURBO = join(ROOT, 'node_modules/turbo/bin/turbo');
const workers = availableParallelism() * 2;

/** Returns the projects of the affected packages, and the project of the files that need a separate process. */
function affectedProjects() {
  const output = execFileSync(process.execPath, [TURBO, 'ls', '--affected', '--output=json'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { packages } = JSON.parse(output.slice(output.indexOf('{')));
  return ['alone', ...packages.items.map(({ name }) => name)].map((name) => `--project=${name}`);
}

const given = process.argv.slice(2);
const projects = given.includes('--affected') ? affectedProjects() : [];

// Enables the compile cache, because tests start hundreds of processes with the same SDKs.
const env = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'), ...process.env };
const args = ['run', `--maxWorkers=${workers}`, '--testTimeout=60000', '--hookTimeout=60000'];
const child = spawn(
  process.execPath,
  [
    VITEST,
    ...args,
    '--project=!@majordomo/shape',
    ...projects,
    ...given.filter((argument) => argument !== '--affected'),
  ],
  { cwd: ROOT, env, stdio: 'inherit' },
);
child.once('close', (code) => {
  const missing = missingServices();
  if (missing !== undefined) console.log(missing);
  process.exitCode = code ?? 1;
});
