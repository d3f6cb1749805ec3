// Runs tests in twice as many processes as processors, because many tests wait for a timer, a server or another process. Lists the
// missing services, whose tests are skipped, or fail in CI. The structure tests of `tooling/shape` run in `pnpm check`.
//
// test.mjs [path]       all tests of a path, and without a path all tests except slow files
// test.mjs --slow       only slow files, which are named `*.slow.test.ts`, of a path or of all packages
// test.mjs --quick      tests of the packages that need no server, browser or other program; no slow files
// test.mjs --affected   tests of the packages that the branch has changed since `main`, and of the packages that use them
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingServices } from '../services/src/binaries.ts';
import { packagesIn, ROOT } from './packages.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const TURBO = join(ROOT, 'node_modules/turbo/bin/turbo');
const workers = availableParallelism() * 2;

/** Returns the folders of the affected packages. */
function affectedFolders() {
  const output = execFileSync(process.execPath, [TURBO, 'ls', '--affected', '--output=json'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { packages } = JSON.parse(output.slice(output.indexOf('{')));
  const names = new Set(packages.items.map(({ name }) => name));
  return packagesIn()
    .filter(({ manifest }) => names.has(manifest.name))
    .map(folderOf);
}

/** Returns the folders of the published packages whose tests start no service. */
function quickFolders() {
  return packagesIn()
    .filter(({ wing, manifest }) => wing !== undefined && !(SERVICES in { ...manifest.devDependencies }))
    .map(folderOf);
}

/** Returns the slow test files, of the given paths or of all packages. */
function slowFiles() {
  const files = execFileSync('git', ['ls-files', ...paths], { cwd: ROOT, encoding: 'utf8' });
  return files.split('\n').filter((file) => file.includes(SLOW));
}

/** Returns the folder of a package. Vitest runs the files whose paths contain it. */
const folderOf = ({ path }) => `${path}/`;

const SERVICES = '@majordomo/services';
const STRUCTURE = '@majordomo/shape';
/** Part of the name of files that need more than a few seconds. */
const SLOW = '.slow.';

const options = ['--affected', '--quick', '--slow'];
const given = process.argv.slice(2);
const [mode] = options.filter((option) => given.includes(option));
const rest = given.filter((argument) => !options.includes(argument));
const paths = rest.filter((argument) => !argument.startsWith('--'));
const filters =
  { '--affected': affectedFolders, '--quick': quickFolders, '--slow': slowFiles }[mode]?.() ?? [];

if (mode !== undefined && filters.length === 0) {
  console.log(`test: no test file belongs to ${given.join(' ')}`);
  process.exit(mode === '--affected' ? 0 : 1);
}

// Contains the temporary files of all tests, so that nothing remains of a test that was killed. PostgreSQL runs as another user.
const temporary = mkdtempSync(join(tmpdir(), 'majordomo-test-'));
chmodSync(temporary, 0o755);

// Enables the compile cache, because tests start hundreds of processes with the same SDKs.
const env = {
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'),
  ...(mode !== '--slow' && paths.length === 0 && { WITHOUT_SLOW_FILES: '1' }),
  ...process.env,
  TMPDIR: temporary,
};
const args = ['run', `--maxWorkers=${workers}`, '--testTimeout=60000', '--hookTimeout=60000'];
const others = mode === '--slow' ? rest.filter((argument) => !paths.includes(argument)) : rest;
const child = spawn(process.execPath, [VITEST, ...args, `--project=!${STRUCTURE}`, ...filters, ...others], {
  cwd: ROOT,
  env,
  stdio: 'inherit',
});
child.once('close', (code) => {
  rmSync(temporary, { recursive: true, force: true });
  const missing = missingServices();
  if (missing !== undefined) console.log(missing);
  process.exitCode = code ?? 1;
});
