import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import type { ToolOutput } from '@majordomo/agent';
import { image } from '@majordomo/core';
import { parseSkillFile, readSkillFile, type ReadSkillFile } from '../skill-file.ts';
import type { SkillFolder } from '../skill-library.ts';
import { insidePath } from './path-guard.ts';

export const SKILL_FILE = 'SKILL.md';
/** Maximum size of a file that the model may read, in bytes. */
const MAX_FILE_BYTES = 5 * 1024 * 1024;
const MAX_SKILL_BYTES = 1024 * 1024;
const IMAGES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/** Options of `diskFolder`. */
export interface DiskFolderOptions {
  /** Whether to throw an error for any violation of the format. */
  readonly strict: boolean;
  /** Listener for violations of the format. */
  readonly onProblem: (what: string) => void;
}

/** Opens a skill folder on disk. Parses `SKILL.md` now and in each call of `body`. Throws an error for an invalid file. */
export async function diskFolder(
  folder: string,
  { strict, onProblem }: DiskFolderOptions,
): Promise<SkillFolder> {
  const read = async (): Promise<ReadSkillFile> => {
    const text = await skillText(folder);
    return strict
      ? { file: parseSkillFile(text, basename(folder)), problems: [] }
      : readSkillFile(text, basename(folder));
  };
  const { file, problems } = await read();
  for (const what of problems) onProblem(what);
  return {
    name: file.name,
    description: file.description,
    body: async () => (await read()).file.body,
    files: () => filesIn(folder),
    read: (path) => readInside(folder, path),
  };
}

/** Returns the text of a `SKILL.md`. Checks the file's size first, because the complete text becomes part of a prompt. */
async function skillText(folder: string): Promise<string> {
  const file = await insidePath(folder, SKILL_FILE);
  const { size } = await stat(file);
  if (size > MAX_SKILL_BYTES)
    throw new Error(`${SKILL_FILE} has ${size} bytes; the maximum is ${MAX_SKILL_BYTES}`);
  return readFile(file, 'utf8');
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== SKILL_FILE && !path.split('/').some((piece) => piece.startsWith('.')))
    .sort();
}

async function readInside(folder: string, path: string): Promise<ToolOutput> {
  const file = await insidePath(folder, path);
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new Error(`"${path}" has ${size} bytes; the maximum is ${MAX_FILE_BYTES}`);
  const bytes = await readFile(file);
  const mediaType = IMAGES[extname(file).toLowerCase()];
  if (mediaType !== undefined) return [image(new Uint8Array(bytes), mediaType)];
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`"${path}" is not text`);
  }
}
