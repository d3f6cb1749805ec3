import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of this module, which is a part of the installed command. */
const HERE = fileURLToPath(import.meta.url);

/**
 * Returns the shell command that makes packages available to this command. It depends on the installation of the command, which
 * may be a cache of npx, a global folder or a project.
 */
export function installCommand(packages: readonly string[], commandFile: string = HERE): string {
  const [root = '', ...inside] = commandFile.split(/(?<=[\\/])node_modules[\\/]/);
  const names = packages.join(' ');
  if (inside.length === 0) return `npm install ${names}`;
  if (/[\\/]_npx[\\/]/.test(root))
    return `npx ${['majordomo', ...packages].map((name) => `-p ${name}`).join(' ')} majordomo …`;
  return existsSync(`${root}package.json`) ? `npm install ${names}` : `npm install --global ${names}`;
}
