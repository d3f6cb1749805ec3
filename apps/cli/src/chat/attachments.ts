import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { file, image, type UserPart } from '@majordomo/core';
import { sniffMediaType } from '@majordomo/core/provider';
import { Stop } from '../exit.ts';
import { reasonOf } from '../reason.ts';

const MOST_BYTES = 50 * 1024 * 1024;

/** Formats of pictures that models take. */
const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** A file as a part of the question: by its bytes, never by its name. Throws `Stop` for what is none of them. */
export async function attachment(path: string, cwd: string): Promise<UserPart> {
  const bytes = await bytesOf(path, cwd);
  const mediaType = sniffMediaType(bytes);
  if (mediaType === 'application/pdf') return file(bytes, mediaType, basename(path));
  if (mediaType !== undefined && PICTURES.has(mediaType)) return image(bytes, mediaType);
  const text = textOf(bytes);
  if (text !== undefined) return { type: 'text', text: `<file name="${basename(path)}">\n${text}\n</file>` };
  throw new Stop(`${path} is not text, a PDF, or a PNG, JPEG, GIF or WebP image; no model takes it`);
}

async function bytesOf(path: string, cwd: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(cwd, path));
  } catch (error) {
    throw new Stop(`${path} cannot be read: ${reasonOf(error)}`);
  }
  if (bytes.length === 0) throw new Stop(`${path} is empty`);
  if (bytes.length > MOST_BYTES) throw new Stop(`${path} has more than ${MOST_BYTES / 1024 ** 2} MiB`);
  return bytes;
}

function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
