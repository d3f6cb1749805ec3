import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Stop } from '../exit.ts';
import type { Io } from '../io.ts';
import { xdgFolder } from '../state-file.ts';

const ENDINGS = ['ts', 'mts', 'js', 'mjs', 'json'];
const PROJECT = 'majordomo.config';

/** The files that configure the command here, where there are any. */
export interface ConfigFiles {
  /** The nearest one above the working folder. */
  readonly project: string | undefined;
  /** `$XDG_CONFIG_HOME/majordomo/config.*`. */
  readonly user: string | undefined;
}

/** Looks for the configurations. Throws `Stop` for code that somebody else owns: it would run as you. */
export function findConfigs({ cwd, home, env }: Pick<Io, 'cwd' | 'home' | 'env'>): ConfigFiles {
  const own = xdgFolder(env['XDG_CONFIG_HOME'], join(home, '.config'));
  const found = {
    project: foldersOf(cwd, home)
      .map((folder) => firstOf(folder, PROJECT))
      .find((file) => file !== undefined),
    user: firstOf(join(own, 'majordomo'), 'config'),
  };
  for (const file of Object.values(found)) if (file !== undefined) refuseForeignCode(file);
  return found;
}

/**
 * The working folder and those above it, up to the repository's root or your home. Outside of both it is alone: what
 * lies above, such as `/tmp`, is everybody's.
 */
function foldersOf(cwd: string, home: string): readonly string[] {
  const above = [cwd];
  for (let folder = cwd; dirname(folder) !== folder; folder = dirname(folder)) above.push(dirname(folder));
  const end = above.findIndex((folder) => folder === home || existsSync(join(folder, '.git')));
  return above.slice(0, Math.max(end, 0) + 1);
}

const firstOf = (folder: string, name: string): string | undefined =>
  filesOf(folder, name).find((file) => existsSync(file));

const filesOf = (folder: string, name: string): readonly string[] =>
  ENDINGS.map((ending) => join(folder, `${name}.${ending}`));

/** What a configuration in this folder may be called. */
export const projectConfigs = (folder: string): readonly string[] => filesOf(folder, PROJECT);

/** Whether a configuration is a project's and not the user's. */
export const isProjectConfig = (file: string): boolean => basename(file).startsWith(`${PROJECT}.`);

function refuseForeignCode(file: string): void {
  // Where there are no owners, as on Windows, there is nothing to compare.
  const me = process.getuid?.();
  if (file.endsWith('.json') || me === undefined) return;
  const { uid } = statSync(file);
  if (uid !== me) throw new Stop(`${file} is code that another user (${uid}) owns, and is not run`);
}
