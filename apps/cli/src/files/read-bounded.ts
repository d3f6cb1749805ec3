import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Stop } from '../program/exit.ts';
import { reasonOf } from '../program/reason.ts';

/** Reads a stream up to `most` bytes, because streams of devices may not end. Throws `Stop` for an empty or longer stream. */
export async function readBounded(
  pieces: AsyncIterable<Uint8Array>,
  most: number,
  name: string,
): Promise<Uint8Array> {
  const taken: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of pieces) {
      taken.push(piece);
      length += piece.length;
      if (length > most) break;
    }
  } catch (error) {
    throw new Stop(`${name} cannot be read: ${reasonOf(error)}`);
  }
  if (length === 0) throw new Stop(`${name} is empty`);
  if (length > most) throw new Stop(`${name} is larger than ${most / 1024 ** 2} MiB; use a smaller file`);
  return Buffer.concat(taken, length);
}

/** Reads a file whose path is relative to `cwd`. Errors contain `path`. */
export const readFileBounded = (path: string, cwd: string, most: number): Promise<Uint8Array> =>
  readBounded(createReadStream(resolve(cwd, path)), most, path);
