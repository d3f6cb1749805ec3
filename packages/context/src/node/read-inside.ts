import { open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { LlmError } from '@majordomo/core';

/** Larger files are read up to here. */
export const MAX_BYTES: number = 2 ** 20;

/** A file's text, or why there is none. */
export type FileText =
  | { readonly text: string; /** There is more of it than was read. */ readonly isPart: boolean }
  | { readonly problem: 'missing' | 'outside' | 'not a file' | 'binary' | 'too large' | 'unreadable' };

/** The real path of a folder. Throws `config` where there is none. */
export async function realFolder(folder: string, option: string): Promise<string> {
  try {
    const real = await realpath(folder);
    if ((await stat(real)).isDirectory()) return real;
  } catch {
    // Thrown below.
  }
  throw new LlmError('config', `${option} "${folder}" is no folder`, { path: option });
}

/** The real path of what lies inside of a real folder; `undefined` for what is not there, `null` for what lies elsewhere. */
export async function realInside(root: string, name: string): Promise<string | null | undefined> {
  if (name.includes('\0') || path.isAbsolute(name) || /^[a-z]:/i.test(name) || name.startsWith('\\'))
    return null;
  const wanted = path.resolve(root, name);
  if (!isWithin(root, wanted)) return null;
  try {
    const real = await realpath(wanted);
    return isWithin(root, real) ? real : null;
  } catch {
    return undefined;
  }
}

const isWithin = (root: string, name: string): boolean => {
  const way = path.relative(root, name);
  return way.split(path.sep)[0] !== '..' && !path.isAbsolute(way);
};

/** Reads UTF-8, or UTF-16 with a byte order mark; line ends become ` `. `complete`: reject a file that is too large. */
export async function readText(
  root: string,
  name: string,
  { complete }: { readonly complete: boolean },
): Promise<FileText> {
  const real = await realInside(root, name);
  if (real === undefined) return { problem: 'missing' };
  if (real === null) return { problem: 'outside' };
  try {
    // Pipes and devices would be waited for.
    if (!(await stat(real)).isFile()) return { problem: 'not a file' };
    await using file = await open(real, 'r');
    const { size } = await file.stat();
    if (complete && size > MAX_BYTES) return { problem: 'too large' };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MAX_BYTES)), 0);
    const text = decodeText(buffer.subarray(0, bytesRead));
    return text === undefined ? { problem: 'binary' } : { text, isPart: size > bytesRead };
  } catch {
    return { problem: 'unreadable' };
  }
}

function decodeText(bytes: Uint8Array): string | undefined {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (!isUtf16 && bytes.includes(0)) return undefined;
  // The decoder takes away a mark of the byte order.
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes).replaceAll(/\r\n?/g, '\n');
}
