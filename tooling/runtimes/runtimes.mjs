import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const MODULES = join(import.meta.dirname, 'node_modules');
const STRICT = '--unhandled-rejections=strict';
/** Path of Chromium in Debian's package. The environment variable CHROMIUM specifies another path. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * Runtimes of the matrix, in order. `binary` is `undefined` if the runtime is not installed. `command` runs a program of the
 * application. `guest` is for runtimes that cannot be a server; the test servers then run in this Node.
 */
export const RUNTIMES = [
  { name: 'Node 22', binary: inModules('node-22-*/bin/node'), version: ['-v'], command: [STRICT] },
  { name: 'Node 24', binary: process.execPath, version: ['-v'], command: [STRICT] },
  { name: 'Node 26', binary: inModules('node-26-*/bin/node'), version: ['-v'], command: [STRICT] },
  { name: 'Bun', binary: inModules('@oven/bun-*/bin/bun'), version: ['--version'], guest: 'bun' },
  {
    name: 'Deno',
    binary: inModules('@deno/*/deno*'),
    version: ['--version'],
    // Deno ends on an unhandled rejection by default.
    command: ['run', '--allow-all', '--no-remote', '--no-config', '--node-modules-dir=manual'],
  },
  {
    name: 'workerd',
    binary: inModules('@cloudflare/workerd-*/bin/workerd*'),
    version: ['--version'],
    guest: 'workerd',
  },
  { name: 'Chromium', binary: running(CHROMIUM), version: ['--version'], guest: 'chromium' },
].map((runtime) => ({ ...runtime, version: versionOf(runtime) }));

function inModules(pattern) {
  return globSync(join(MODULES, pattern))[0];
}

function running(binary) {
  return spawnSync(binary, ['--version']).status === 0 ? binary : undefined;
}

/** Returns the first version number of the output. */
function versionOf({ binary, version }) {
  if (binary === undefined) return undefined;
  const { stdout } = spawnSync(binary, version, { encoding: 'utf8' });
  return /\d+(?:\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim().replace(/^\D*/, '');
}
