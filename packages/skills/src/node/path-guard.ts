import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * Returns the real path of a file inside a folder. Throws an error if the path is absolute, hidden or outside the folder, if a
 * link leads out of the folder, or if no regular file exists at the path.
 */
export async function insidePath(folder: string, path: string): Promise<string> {
  const wanted = path.split(/[\\/]/).filter((piece) => piece !== '' && piece !== '.');
  if (
    path === '' ||
    path.includes('\0') ||
    isAbsolute(path) ||
    /^[a-z]:/i.test(path) ||
    wanted.some((piece) => piece.startsWith('.'))
  ) {
    throw new Error(`"${path}" is not allowed; use a relative path without names that begin with a dot`);
  }
  const root = await realpath(folder);
  const real = await realpath(join(root, ...wanted)).catch(() => undefined);
  const inside = real === undefined ? undefined : relative(root, real);
  if (real === undefined || inside === undefined) throw new Error(`the skill has no file "${path}"`);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new Error(`"${path}" is not a file inside the skill`);
  }
  if (!(await stat(real)).isFile()) throw new Error(`"${path}" is not a file`);
  return real;
}
