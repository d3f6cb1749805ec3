import { readdir, type FileHandle } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, relative, sep } from 'node:path';
import type { ToolOutput } from '@majordomo/agent';
import { openInside, type OpenedInside } from '@majordomo/context/node';
import { image } from '@majordomo/core';
import { parseSkillFile, readSkillFile, type ReadSkillFile } from '../skill-file.ts';
import type { SkillFolder } from '../skill-library.ts';

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

/** Returns the text of a `SKILL.md`. The size is limited, because the complete text becomes part of a prompt. */
async function skillText(folder: string): Promise<string> {
  await using file = (await openFile(folder, SKILL_FILE)).file;
  return (await contentOf(file, SKILL_FILE, MAX_SKILL_BYTES)).toString('utf8');
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== SKILL_FILE && !path.split('/').some(isHidden))
    .sort();
}

async function readInside(folder: string, path: string): Promise<ToolOutput> {
  const opened = await openFile(folder, path);
  await using file = opened.file;
  const bytes = await contentOf(file, `"${path}"`, MAX_FILE_BYTES);
  const mediaType = IMAGES[extname(opened.path).toLowerCase()];
  if (mediaType !== undefined) return [image(new Uint8Array(bytes), mediaType)];
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`"${path}" is not text`);
  }
}

async function contentOf(file: FileHandle, name: string, maxBytes: number): Promise<Buffer> {
  const { size } = await file.stat();
  if (size > maxBytes) throw new Error(`${name} has ${size} bytes; the maximum is ${maxBytes}`);
  return file.readFile();
}

type OpenedFile = Extract<OpenedInside, { readonly file: FileHandle }>;

/**
 * Opens a file of a skill. Throws an error if the path is absolute or hidden, or if a link leads to a hidden file or to a file
 * that `openInside` refuses.
 */
async function openFile(folder: string, path: string): Promise<OpenedFile> {
  const pieces = path.split(/[\\/]/).filter((piece) => piece !== '' && piece !== '.');
  if (
    path === '' ||
    path.includes('\0') ||
    isAbsolute(path) ||
    /^[a-z]:/i.test(path) ||
    pieces.some(isHidden)
  )
    throw new Error(`"${path}" is not allowed; use a relative path without names that begin with a dot`);
  const opened = await openInside(folder, pieces.join('/'));
  if ('problem' in opened) {
    if (opened.problem === 'missing') throw new Error(`the skill has no file "${path}"`);
    if (opened.problem === 'unreadable') throw new Error(`"${path}" cannot be read`);
    throw new Error(`"${path}" is not a file inside the skill`);
  }
  // The path is relative to the folder, which may itself be in a hidden folder, such as `~/.claude`.
  if (!opened.path.split(sep).some(isHidden)) return opened;
  await opened.file.close();
  throw new Error(`"${path}" is a link to a hidden file; links to such files are not followed`);
}

const isHidden = (name: string): boolean => name.startsWith('.');
