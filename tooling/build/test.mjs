// Runs tests in twice as many processes as processors, because many tests wait for a timer, a server or another process. Lists the
// missing services, whose tests are skipped, or fail in CI. The structure tests of `tooling/shape` run in `pnpm check`.
//
// test.mjs [path]       all tests of a path, and without a path all tests except slow files
// test.mjs --slow       only slow files, which are named `*.slow.test.ts`
// test.mjs --quick      tests of the packages that need no server, browser or other program; no slow files
// test.mjs --affected   tests of the packages that the branch has changed since `main`, and of the packages that use them
import { execFileSync, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
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

/** Returns the folder of a package. Vitest runs the files whose paths contain it. */
const folderOf = ({ path }) => `${path}/`;

const SERVICES = '@majordomo/services';
const STRUCTURE = '@majordomo/shape';
/** Part of the name of files that need more than a few seconds. */
const SLOW = '.slow.';

const given = process.argv.slice(2);
const paths = given.filter((argument) => !argument.startsWith('--'));
const isSlow = given.includes('--slow');
const folders = given.includes('--affected')
  ? affectedFolders()
  : given.includes('--quick')
    ? quickFolders()
    : [];

if (given.includes('--affected') && folders.length === 0) {
  console.log('test: the branch changes no package');
  process.exit();
}

// Enables the compile cache, because tests start hundreds of processes with the same SDKs.
const env = {
  NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'),
  ...(!isSlow && paths.length === 0 && { WITHOUT_SLOW_FILES: '1' }),
  ...process.env,
};
const args = ['run', `--maxWorkers=${workers}`, '--testTimeout=60000', '--hookTimeout=60000'];
const child = spawn(
  process.execPath,
  [
    VITEST,
    ...args,
    `--project=!${STRUCTURE}`,
    ...folders,
    ...(isSlow ? [SLOW] : []),
    ...given.filter((argument) => !['--affected', '--quick', '--slow'].includes(argument)),
  ],
  { cwd: ROOT, env, stdio: 'inherit' },
);
child.once('close', (code) => {
  const missing = missingServices();
  if (missing !== undefined) console.log(missing);
  process.exitCode = code ?? 1;
});
