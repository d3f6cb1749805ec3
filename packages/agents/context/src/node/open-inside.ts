import { constants } from 'node:fs';
import { lstat, open, realpath, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** Reason why `openInside` did not open a file. */
export type OpenProblem = 'missing' | 'outside' | 'part of .git' | 'not a file' | 'unreadable';

/** Open file of a folder, or the reason why it was not opened. The caller closes the file. */
export type OpenedInside =
  | { readonly file: FileHandle; /** Real path, relative to the folder. */ readonly path: string }
  | { readonly problem: OpenProblem };

/**
 * Opens a regular file of a folder whose content is untrusted, such as a cloned repository, for reading. `name` is relative to
 * the folder. Links are followed, and the rules apply to the real path: the file is inside the folder, and neither the file nor
 * a folder above it is named `.git` in any letter case or has the form of a git repository's data. Hard links are not detected.
 *
 * @example
 * const opened = await openInside('.', 'AGENTS.md');
 * if ('file' in opened) {
 *   await using file = opened.file;
 *   console.log(await file.readFile('utf8'));
 * }
 */
export async function openInside(folder: string, name: string): Promise<OpenedInside> {
  const located = await locateInside(folder, name);
  if ('problem' in located) return located;
  const file = await openFile(located.real).catch(() => undefined);
  if (file === undefined) return { problem: 'unreadable' };
  if (file === null) return { problem: 'not a file' };
  if (await isStillAt(located.real, file).catch(() => false)) return { file, path: located.path };
  await file.close();
  return { problem: 'unreadable' };
}

/** Opens a regular file. Returns `null` for a pipe or a device, because opening it might never end or have an effect. */
async function openFile(real: string): Promise<FileHandle | null> {
  if (!(await lstat(real)).isFile()) return null;
  return open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** Entry of a folder that passed the rules of `openInside`. */
interface Located {
  /** Absolute real path. */
  readonly real: string;
  /** Real path, relative to the folder. */
  readonly path: string;
}

/** Applies the rules of `openInside` to a file or folder without opening it. */
export async function locateInside(
  folder: string,
  name: string,
): Promise<Located | { readonly problem: 'missing' | 'outside' | 'part of .git' }> {
  if (name.includes('\0') || path.isAbsolute(name) || /^[a-z]:/i.test(name) || name.startsWith('\\'))
    return { problem: 'outside' };
  const root = await realPathOf(folder);
  if (root === undefined) return { problem: 'missing' };
  const wanted = path.resolve(root, name);
  if (!isWithin(root, wanted)) return { problem: 'outside' };
  if (segmentsOf(path.relative(root, wanted)).some(isGitName)) return { problem: 'part of .git' };
  const real = await realPathOf(wanted);
  if (real === undefined) return { problem: 'missing' };
  if (!isWithin(root, real)) return { problem: 'outside' };
  if (await isBelowGit(root, real)) return { problem: 'part of .git' };
  return { real, path: path.relative(root, real) };
}

async function isBelowGit(root: string, real: string): Promise<boolean> {
  let at = root;
  for (const segment of segmentsOf(path.relative(root, real))) {
    at = path.join(at, segment);
    if (isGitName(segment) || (await isRepository(at))) return true;
  }
  return false;
}

/**
 * Whether a file system may know a name as `.git`. File systems can ignore letter case and invisible characters, and Windows
 * also knows the short name, ignores dots and spaces at the end, and reads the text after a colon as the name of a stream.
 */
export const isGitName = (name: string): boolean =>
  /^(?:\.git|git~\d)[. ]*(?::|$)/i.test(name.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, ''));

const segmentsOf = (relative: string): readonly string[] =>
  relative.split(path.sep).filter((segment) => segment !== '');

/** Whether a folder contains the data of a git repository under another name than `.git`, such as a bare repository. */
export async function isRepository(folder: string): Promise<boolean> {
  for (const name of ['HEAD', 'objects', 'refs']) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found === undefined) return false;
  }
  return true;
}

const realPathOf = (name: string): Promise<string | undefined> => realpath(name).catch(() => undefined);

const isWithin = (root: string, name: string): boolean => {
  const relative = path.relative(root, name);
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
};

/** Whether an open file is the file at this real path. A folder of the path may have become a link after the check. */
async function isStillAt(real: string, file: FileHandle): Promise<boolean> {
  const opened = await file.stat({ bigint: true });
  const named = await lstat(real, { bigint: true });
  return opened.dev === named.dev && opened.ino === named.ino && (await realpath(real)) === real;
}
