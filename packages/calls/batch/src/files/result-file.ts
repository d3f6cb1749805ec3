import type { BatchLine } from '@majordomo/core';
import { readSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { inputPath } from './input-file.ts';

/** Number of bytes in memory before they are written to the file. */
const CHUNK_BYTES = 1_000_000;

/**
 * Result lines of a batch, which vendors send in any order. They are in a file, so that they can be read in the order of the items.
 * The file has the name of an input, so that `removeInputs` also deletes the file that an ended process has left.
 */
export class ResultFile {
  private readonly path: string;
  private readonly places = new Map<number, { readonly at: number; readonly length: number }>();
  private file: FileHandle | undefined;
  private pending: Uint8Array[] = [];
  private size = 0;
  private writtenSize = 0;

  /** @param name name of the batch's input, with the fencing number of this process; the input itself was deleted */
  constructor(folder: string, name: string) {
    this.path = inputPath(folder, name);
  }

  /** Number of items with a line. */
  get count(): number {
    return this.places.size;
  }

  has(index: number): boolean {
    return this.places.has(index);
  }

  /** Adds the line of an item. Check the lease before the first one, because only its holder may create the file. */
  async add(index: number, line: BatchLine): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(line));
    this.places.set(index, { at: this.size, length: bytes.length });
    this.pending.push(bytes);
    this.size += bytes.length;
    if (this.size - this.writtenSize >= CHUNK_BYTES) await this.flush();
  }

  /** Returns the line of an item, and its size in bytes. */
  async read(index: number): Promise<{ readonly line: BatchLine; readonly bytes: number } | undefined> {
    const place = this.places.get(index);
    if (place === undefined) return undefined;
    const { at, length } = place;
    const { fd } = await this.flush();
    const bytes = Buffer.allocUnsafe(length);
    // The operating system still has the line in memory, so that this is much faster than a read in the background.
    readSync(fd, bytes, 0, length, at);
    return { line: JSON.parse(bytes.toString()) as BatchLine, bytes: length };
  }

  /** Deletes the file. Does nothing if the file does not exist. */
  async remove(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
    await rm(this.path, { force: true });
  }

  private async flush(): Promise<FileHandle> {
    this.file ??= await open(this.path, 'wx+', 0o600);
    if (this.pending.length > 0) await this.file.appendFile(Buffer.concat(this.pending));
    this.pending = [];
    this.writtenSize = this.size;
    return this.file;
  }
}
