import { basename } from 'node:path';
import { file, image, type UserPart } from '@majordomo/core';
import { sniffMediaType } from '@majordomo/core/toolkit';
import { readFileBounded } from '../files/read-bounded.ts';
import { Stop } from '../program/exit.ts';

const MAX_BYTES = 50 * 1024 * 1024;

/** Media types of images that models accept. */
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Reads a file as a part of the question. The bytes determine the type of the part. Throws `Stop` for unsupported files. */
export async function attachment(path: string, cwd: string): Promise<UserPart> {
  const bytes = await readFileBounded(path, cwd, MAX_BYTES);
  const mediaType = sniffMediaType(bytes);
  if (mediaType === 'application/pdf') return file(bytes, mediaType, basename(path));
  if (mediaType !== undefined && PICTURES.has(mediaType)) return image(bytes, mediaType);
  const text = textOf(bytes);
  if (text !== undefined) return { type: 'text', text: `<file name="${basename(path)}">\n${text}\n</file>` };
  throw new Stop(`${path} has an unsupported type; use UTF-8 text, PDF, PNG, JPEG, GIF or WebP`);
}

function textOf(bytes: Uint8Array): string | undefined {
  // A null byte is valid UTF-8, but no text file contains one.
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
