import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { formatVault, parseVault, type Entries } from '../vault/format.ts';
import { replaceFile } from './replace-file.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
// Use 0 on Windows, which has no `O_NOFOLLOW`.
const { O_NOFOLLOW: NO_FOLLOW = 0 } = constants as { readonly O_NOFOLLOW?: number };
/** Maximum size of a vault file, in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Creates the folder of a file, with mode 0700, if it does not exist. Throws `config` for a symbolic link or a failure. */
export async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const about = await lstat(folder);
    if (about.isSymbolicLink())
      throw vaultPathError(folder, 'is a symbolic link, which is not allowed for keys');
  } catch (error) {
    throw LlmError.is(error)
      ? error
      : vaultPathError(folder, 'cannot be created as a folder for keys', error);
  }
}

/** Returns the entries of a file, or none if no file exists. If the file is invalid, copies it and rejects with `config`. */
export async function readVault(
  path: string,
  onCorrupt: ((backup: string) => void) | undefined,
): Promise<Entries> {
  const text = await readText(path);
  if (text === undefined) return new Map();
  try {
    return parseVault(text, path);
  } catch (error) {
    // A vault of a newer version is valid, so it needs no copy.
    if (LlmError.is(error) && error.details.code === 'vault-version') throw error;
    const backup = await copyAside(path, text);
    if (backup !== undefined) notify(onCorrupt, backup);
    const copied = backup === undefined ? '' : ` and was copied to ${backup}`;
    // Omit the cause, because the parser's message may contain secrets.
    throw new LlmError(
      'config',
      `${path} is not a vault${copied}; repair the file, or remove it to start with an empty vault`,
      { code: 'vault-corrupt' },
    );
  }
}

/**
 * Writes the entries atomically and ends the lock, by renaming its claim. Readers receive either the old or the new entries, even
 * after a power failure. If another process has taken over the lock, the claim no longer exists: writes nothing, and rejects.
 */
export async function writeVault(path: string, entries: Entries, claimPath: string): Promise<void> {
  try {
    await writeSynced(claimPath, formatVault(entries));
    await replaceFile(claimPath, path);
  } catch (error) {
    throw isMissing(error) ? lockLostError(path) : vaultPathError(path, 'cannot be written', error);
  }
  await syncFolder(dirname(path));
}

/** Writes an existing, empty file and flushes the file to disk. Does not follow symbolic links. */
async function writeSynced(path: string, text: string): Promise<void> {
  await using file = await open(path, constants.O_WRONLY | NO_FOLLOW);
  await file.writeFile(text);
  await file.sync();
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function readText(path: string): Promise<string | undefined> {
  try {
    const about = await lstat(path);
    if (about.isSymbolicLink())
      throw vaultPathError(path, 'is a symbolic link, which is not allowed for keys');
    if (!about.isFile()) throw vaultPathError(path, 'is not a file');
    if (about.size > MAX_BYTES) throw vaultPathError(path, `has ${about.size} bytes, more than ${MAX_BYTES}`);
    await using file = await open(path, constants.O_RDONLY | NO_FOLLOW);
    return await file.readFile('utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw LlmError.is(error) ? error : vaultPathError(path, 'cannot be read', error);
  }
}

/** Copies the text to a file named after its hash, so that repeated reads create one copy. Returns `undefined` if this fails. */
async function copyAside(path: string, text: string): Promise<string | undefined> {
  const backup = `${path}.corrupt-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  try {
    await writeFile(backup, text, { flag: 'wx', mode: FILE_MODE });
    return backup;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'EEXIST' ? backup : undefined;
  }
}

/** Flushes the folder to disk, so that the rename survives a power failure. Some systems cannot flush a folder. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, constants.O_RDONLY);
    await handle.sync();
  } catch {
    // Ignore a failed flush, because the file is already written.
  }
}

export function vaultPathError(path: string, why: string, cause?: unknown): LlmError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new LlmError(
    'config',
    `the vault ${path} ${why}${code}; choose another path, or repair this one`,
    { code: 'vault-path' },
    { cause },
  );
}

export const lockLostError = (path: string): LlmError =>
  new LlmError(
    'config',
    `${path}: another process has taken over the lock while this process was suspended, so nothing was written; call update again`,
    { code: 'vault-lock-lost' },
  );
