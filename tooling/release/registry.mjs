// A registry on 127.0.0.1 for a rehearsal. It serves majordomo's packages itself and fetches all others from the registry of this
// machine.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { npm } from '../runtimes/install.mjs';
import { freePorts } from '../services/src/free-ports.ts';

const HERE = join(import.meta.dirname, 'registry');
const VERDACCIO = join(HERE, 'node_modules/verdaccio/bin/verdaccio');
const START_MS = 60_000;
const MAX_TARBALL = '100mb';

/** Yarn 4, a single file. */
export const YARN = join(HERE, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js');

/** Installs the registry and Yarn if they are missing. Throws if they cannot be installed. */
export function installRegistry() {
  if (existsSync(VERDACCIO) && existsSync(YARN)) return;
  const problem = npm(['install', '--no-package-lock'], HERE);
  if (problem !== undefined) throw new Error(`the registry cannot be installed: ${problem}`);
}

/** Starts an empty registry whose files are in `folder`. Returns its address and a function that stops it. */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true });
  const [port] = await freePorts(1);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, configOf(folder, uplink()));
  const child = spawn(process.execPath, [VERDACCIO, '--config', config, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const url = `http://127.0.0.1:${port}/`;
  const end = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > end)
      throw new Error(`the registry does not start:\n${output}`);
    await setTimeout(100);
  }
  return { url, stop: () => child.kill(), output: () => output };
}

const configOf = (folder, url) => `
storage: ${JSON.stringify(join(folder, 'storage'))}
web: { enable: false }
max_body_size: ${MAX_TARBALL}
uplinks:
  upstream: { url: ${JSON.stringify(url)}, maxage: 60m, timeout: 60s, cache: true }
packages:
  'majordomo': { access: $all, publish: $all }
  'create-majordomo': { access: $all, publish: $all }
  '@majordomo/*': { access: $all, publish: $all }
  '**': { access: $all, proxy: upstream }
log: { type: stdout, format: pretty, level: warn }
`;

/** Returns the registry that the npm of this machine uses. */
function uplink() {
  const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', cwd: HERE });
  return stdout.trim();
}

const answers = (url) =>
  fetch(`${url}-/ping`).then(
    ({ ok }) => ok,
    () => false,
  );
