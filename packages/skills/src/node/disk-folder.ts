import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import type { ToolOutput } from '@majordomo/agent';
import { image } from '@majordomo/core';
import { parseSkillFile, type SkillFile } from '../skill-file.ts';
import type { SkillFolder } from '../skill-library.ts';
import { insidePath } from './path-guard.ts';

export const SKILL_FILE = 'SKILL.md';
/** Bytes of a file that the model may be given. */
const MOST_BYTES = 5 * 1024 * 1024;
const IMAGES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
};

/** A skill folder on disk: its front matter is read now, all else when it is asked for. Throws `config`. */
export async function diskFolder(folder: string): Promise<SkillFolder> {
  const read = async (): Promise<SkillFile> =>
    parseSkillFile(await readFile(join(folder, SKILL_FILE), 'utf8'), basename(folder));
  const { name, description } = await read();
  return {
    name,
    description,
    body: async () => (await read()).body,
    files: () => filesIn(folder),
    read: (path) => readInside(folder, path),
  };
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
  if (size > MOST_BYTES) throw new Error(`"${path}" has ${size} bytes, at most ${MOST_BYTES} are read`);
  const bytes = await readFile(file);
  const mediaType = IMAGES[extname(file).toLowerCase()];
  if (mediaType !== undefined) return [image(new Uint8Array(bytes), mediaType)];
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`"${path}" is not text`);
  }
}
