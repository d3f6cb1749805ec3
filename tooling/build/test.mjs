// Runs all tests except the structure tests, in twice as many processes as processors, because many tests wait for a timer,
// a server or another process. Lists the missing services, whose tests are skipped, or fail in CI.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { missingServices } from '../services/src/binaries.ts';
import { ROOT } from './packages.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const workers = availableParallelism() * 2;

// Enables the compile cache, because tests start hundreds of processes with the same SDKs.
const env = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'), ...process.env };
const args = ['run', `--maxWorkers=${workers}`, '--testTimeout=60000', '--hookTimeout=60000'];
const child = spawn(
  process.execPath,
  [VITEST, ...args, '--project=!@majordomo/shape', ...process.argv.slice(2)],
  { cwd: ROOT, env, stdio: 'inherit' },
);
child.once('close', (code) => {
  const missing = missingServices();
  if (missing !== undefined) console.log(missing);
  process.exitCode = code ?? 1;
});
