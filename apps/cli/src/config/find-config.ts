import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { xdgFolder } from '../files/state-file.ts';

const ENDINGS = ['ts', 'mts', 'js', 'mjs', 'json'];
const PROJECT = 'majordomo.config';

/** Configuration files that apply to a command in the working folder. */
export interface ConfigFiles {
  /** Nearest project configuration in the working folder or a parent folder. */
  readonly project: string | undefined;
  /** User's configuration, `$XDG_CONFIG_HOME/majordomo/config.*`. */
  readonly user: string | undefined;
}

/**
 * Finds the configurations. Throws `Stop` for code that another user owns, because the code would run as you, and for a project's
 * file that is a link to a file outside of the project or in `.git`.
 */
export async function findConfigs({
  cwd,
  home,
  env,
}: Pick<Io, 'cwd' | 'home' | 'env'>): Promise<ConfigFiles> {
  const own = xdgFolder(env['XDG_CONFIG_HOME'], join(home, '.config'));
  const folders = foldersOf(cwd, home);
  const project = folders.map((folder) => firstOf(folder, PROJECT)).find((file) => file !== undefined);
  if (project !== undefined) await refuseLink(project, folders.at(-1) ?? cwd);
  const found = { project, user: firstOf(join(own, 'majordomo'), 'config') };
  for (const file of Object.values(found)) if (file !== undefined) refuseForeignCode(file);
  return found;
}

async function refuseLink(file: string, root: string): Promise<void> {
  const { openInside } = await import('@majordomo/context/node');
  const opened = await openInside(root, relative(root, file));
  if ('file' in opened) return opened.file.close();
  const found = opened.problem === 'outside' ? `outside of ${root}` : opened.problem;
  throw new Stop(`${file} was not read (${found}); replace it with a file of the project that is not a link`);
}

/**
 * Returns the working folder and the folders above it, up to the root of the repository or your home folder. Outside of both,
 * returns only the working folder, because all users can write to folders such as `/tmp`.
 */
function foldersOf(cwd: string, home: string): readonly string[] {
  const upward = [cwd];
  for (let folder = cwd; dirname(folder) !== folder; folder = dirname(folder)) upward.push(dirname(folder));
  const end = upward.findIndex((folder) => folder === home || existsSync(join(folder, '.git')));
  return upward.slice(0, Math.max(end, 0) + 1);
}

const firstOf = (folder: string, name: string): string | undefined =>
  filesOf(folder, name).find((file) => existsSync(file));

const filesOf = (folder: string, name: string): readonly string[] =>
  ENDINGS.map((ending) => join(folder, `${name}.${ending}`));

/** Returns the possible paths of a project's configuration in a folder. */
export const projectConfigs = (folder: string): readonly string[] => filesOf(folder, PROJECT);

/** Whether a configuration belongs to a project. */
export const isProjectConfig = (file: string): boolean => basename(file).startsWith(`${PROJECT}.`);

function refuseForeignCode(file: string): void {
  // On Windows, `getuid` does not exist and files have no numeric owner, so the owner is not checked.
  const me = process.getuid?.();
  if (file.endsWith('.json') || me === undefined) return;
  const { uid } = statSync(file);
  if (uid !== me)
    throw new Stop(`${file} was not run, because another user (${uid}) owns the file; change its owner`);
}
