import { realpath, stat } from 'node:fs/promises';
import { LlmError } from '@majordomo/core';
import { openInside, type OpenProblem } from './open-inside.ts';

/** Maximum number of bytes read from a file. */
export const MAX_BYTES: number = 2 ** 20;

/** Text of a file, or the reason why the file was not read. */
export type FileText =
  | {
      readonly text: string;
      /** Whether the file is longer than the text. */
      readonly isPart: boolean;
      /** Real path of the file, relative to the folder. */
      readonly path: string;
    }
  | { readonly problem: OpenProblem | 'binary' | 'too large' };

/** Returns the real path of a folder. Throws `config` if the folder does not exist. */
export async function realFolder(folder: string, option: string): Promise<string> {
  try {
    const real = await realpath(folder);
    if ((await stat(real)).isDirectory()) return real;
  } catch {
    // The statement below throws an error for a missing folder.
  }
  throw new LlmError('config', `${option}: must be an existing folder, not "${folder}"`, { path: option });
}

/**
 * Reads UTF-8, or little-endian UTF-16 with a byte order mark. Other files with a zero byte are `binary`. Line ends become `\n`.
 * `complete` rejects files above 1 MiB.
 */
export async function readText(
  root: string,
  name: string,
  { complete }: { readonly complete: boolean },
): Promise<FileText> {
  const opened = await openInside(root, name);
  if ('problem' in opened) return opened;
  await using file = opened.file;
  try {
    const { size } = await file.stat();
    if (complete && size > MAX_BYTES) return { problem: 'too large' };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MAX_BYTES)), 0);
    const text = decodeText(buffer.subarray(0, bytesRead));
    return text === undefined ? { problem: 'binary' } : { text, isPart: size > bytesRead, path: opened.path };
  } catch {
    return { problem: 'unreadable' };
  }
}

function decodeText(bytes: Uint8Array): string | undefined {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isUtf16 && bytes.includes(0)) return undefined;
  // The decoder removes the byte order mark.
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes).replaceAll(/\r\n?/g, '\n');
}
