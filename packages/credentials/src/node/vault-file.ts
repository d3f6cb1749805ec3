import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { formatVault, parseVault, type Entries } from '../vault/format.ts';

const MINE = 0o600;
const MY_FOLDER = 0o700;
// Windows has no such flag.
const { O_NOFOLLOW: NO_FOLLOW = 0 } = constants as { readonly O_NOFOLLOW?: number };
/** A vault holds keys, and not what somebody left in its place. */
const LARGEST = 16 * 1024 * 1024;

/** Makes the folder where there is none; one that is there keeps its mode. Throws `config` for what is no place for keys. */
export async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true, mode: MY_FOLDER });
    const about = await lstat(folder);
    if (about.isSymbolicLink()) throw refused(folder, 'is a symbolic link, which keys do not follow');
  } catch (error) {
    throw LlmError.is(error) ? error : refused(folder, 'cannot be made a folder for keys', error);
  }
}

/** No entries where there is no file. A text that is no vault is copied aside, and is an error until somebody decides. */
export async function readVault(
  path: string,
  onCorrupt: ((backup: string) => void) | undefined,
): Promise<Entries> {
  const text = await textOf(path);
  if (text === undefined) return new Map();
  try {
    return parseVault(text, path);
  } catch (error) {
    if (LlmError.is(error) && error.details.code === 'vault-version') throw error;
    const backup = await setAside(path, text);
    notify(onCorrupt, backup);
    // The parser's words may quote what stands there.
    throw new LlmError(
      'config',
      `${path} is not a vault: what stands in it was copied to ${backup}; repair it, or remove it to begin with an empty one`,
      { code: 'vault-corrupt' },
    );
  }
}

/** Whole or not at all: a reader, and a machine that loses its power, see the old text or the new one. */
export async function writeVault(path: string, entries: Entries): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    const file = await open(
      temporary,
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | NO_FOLLOW,
      MINE,
    );
    try {
      await file.writeFile(formatVault(entries));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw refused(path, 'cannot be written', error);
  }
  await syncFolder(dirname(path));
}

/** Behind its name: what a writer calls the file that is to take its place. */
const WRITTEN = /^[0-9a-f]{16}\.tmp$/;

/** What writers left that were killed. Only under the lock: nobody else writes. */
export async function sweep(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const file of await readdir(dirname(path)).catch(() => [])) {
    if (file.startsWith(prefix) && WRITTEN.test(file.slice(prefix.length)))
      await unlink(join(dirname(path), file)).catch(() => undefined);
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    const about = await lstat(path);
    if (about.isSymbolicLink()) throw refused(path, 'is a symbolic link, which keys do not follow');
    if (!about.isFile()) throw refused(path, 'is not a file');
    if (about.size > LARGEST) throw refused(path, `has ${about.size} bytes, too many for a vault`);
    const file = await open(path, constants.O_RDONLY | NO_FOLLOW);
    try {
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw LlmError.is(error) ? error : refused(path, 'cannot be read', error);
  }
}

/** Under a name of its own for each text: a second look makes no second copy. */
async function setAside(path: string, text: string): Promise<string> {
  const backup = `${path}.corrupt-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  await writeFile(backup, text, { flag: 'wx', mode: MINE }).catch(() => undefined);
  return backup;
}

/** So that the new name survives a loss of power; not every system lets a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY);
    await handle.sync().finally(() => handle.close());
  } catch {
    // The file itself is written.
  }
}

function refused(path: string, why: string, cause?: unknown): LlmError {
  const said = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new LlmError(
    'config',
    `the vault ${path} ${why}${said}: choose another path, or mend this one`,
    { code: 'vault-path' },
    { cause },
  );
}
