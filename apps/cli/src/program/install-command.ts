import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of this module, which is a part of the installed command. */
const HERE = fileURLToPath(import.meta.url);

/**
 * Returns the shell command that makes packages available to this command. It depends on the installation of the command, which
 * may be a cache of npx, a global folder or a project.
 */
export function installCommand(packages: readonly string[], commandFile: string = HERE): string {
  const names = packages.join(' ');
  switch (installationOf(commandFile).kind) {
    case 'npx':
      return `npx ${['majordomo', ...packages].map((name) => `-p ${name}`).join(' ')} majordomo …`;
    case 'global':
      return `npm install --global ${names}`;
    default:
      return `npm install ${names}`;
  }
}

/** Returns the place of the packages that this command finds, such as `in /home/me/app`. */
export function installPlace(commandFile: string = HERE): string {
  const { kind, root } = installationOf(commandFile);
  switch (kind) {
    case 'npx':
      return 'in the cache of npx';
    case 'global':
      return 'next to the global command';
    case 'project':
      return `in ${root}`;
    case 'checkout':
      return 'next to the command';
  }
}

interface Installation {
  readonly kind: 'npx' | 'global' | 'project' | 'checkout';
  /** Folder that contains `node_modules`. */
  readonly root: string;
}

function installationOf(commandFile: string): Installation {
  const [before = '', ...inside] = commandFile.split(/(?<=[\\/])node_modules[\\/]/);
  const root = before.replace(/(?<=.)[\\/]$/, '');
  if (inside.length === 0) return { kind: 'checkout', root };
  if (/[\\/]_npx[\\/]/.test(before)) return { kind: 'npx', root };
  // The folder of global packages has no package.json.
  return { kind: existsSync(`${before}package.json`) ? 'project' : 'global', root };
}
