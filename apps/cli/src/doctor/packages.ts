import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BACKENDS } from '../backends/backends.ts';
import { installCommand } from '../program/install-command.ts';
import { locatePackage } from '../program/load-package.ts';
import { commandVersion } from '../version.ts';
import { absent, ok, type Finding, type Section } from './finding.ts';

/** Packages of some commands and profiles, listed if they are installed. */
const OTHERS = [
  '@majordomo/gateway',
  '@majordomo/inspector',
  '@majordomo/mcp',
  '@majordomo/provider-cerebras',
  '@majordomo/provider-groq',
];

/** Lists Node, this command, core, and all packages of backends. */
export function packages(cwd: string): Section {
  const providers = [...new Set(BACKENDS.map((backend) => backend.package))];
  return {
    title: 'Versions',
    findings: [
      // A command does not run on a version of Node that is too old.
      ok('node', process.versions.node),
      ok('majordomo', commandVersion()),
      ...['@majordomo/core', ...providers].map((name) => packageFinding(name, cwd)),
      ...OTHERS.filter((name) => locatePackage(name, cwd) !== undefined).map((name) =>
        packageFinding(name, cwd),
      ),
    ],
  };
}

function packageFinding(name: string, cwd: string): Finding {
  const entry = locatePackage(name, cwd);
  if (entry === undefined) return absent(name, installCommand([name]));
  return ok(name, versionAbove(dirname(entry), name) ?? 'no version');
}

/** Returns the version in the package.json above the entry file, because a package may not export its package.json. */
function versionAbove(folder: string, name: string): string | undefined {
  const file = join(folder, 'package.json');
  if (existsSync(file)) {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (manifest.name === name) return manifest.version;
  }
  return dirname(folder) === folder ? undefined : versionAbove(dirname(folder), name);
}
