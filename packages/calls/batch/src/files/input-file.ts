import { LlmError } from '@majordomo/core';
import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Input of a batch, which is stored in a file instead of in memory. Its name contains the fencing number of its writer, so two
 * processes never write the same file.
 */
export class InputFile {
  private readonly path: string;
  private readonly hash = createHash('sha256');
  private file: FileHandle | undefined;
  private pending = '';

  /** @param name name of the input, with the number of the batch and the fencing number */
  constructor(folder: string, name: string) {
    this.path = inputPath(folder, name);
  }

  add(text: string): void {
    this.pending += text;
  }

  /**
   * Appends the added text to the file. Check the lease before. The file stays open, because an append by name would create the
   * file again after a later holder of the lease has deleted it.
   */
  async flush(): Promise<void> {
    const { pending } = this;
    this.pending = '';
    this.file ??= await open(this.path, 'wx', 0o600);
    await this.file.appendFile(pending);
    this.hash.update(pending);
  }

  /** Ends the writing. */
  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  /** SHA-256 of the added lines. */
  get sha256(): string {
    return this.hash.copy().digest('hex');
  }

  /**
   * Returns the complete input as a blob. The file is read when the blob is sent, and a change before that fails the request.
   * Throws `config` if the file does not contain exactly the added lines.
   */
  async toBlob(): Promise<Blob> {
    const hash = createHash('sha256');
    let blob: Blob;
    try {
      blob = await openAsBlob(this.path);
      for await (const chunk of blob.stream() as ReadableStream<Uint8Array>) hash.update(chunk);
    } catch (cause) {
      throw changedError(this.path, cause);
    }
    if (hash.digest('hex') !== this.sha256) throw changedError(this.path);
    return blob;
  }

  /** Deletes the file. Does nothing if the file does not exist. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }
}

const PREFIX = 'majordomo-batch-';
const SUFFIX = '.jsonl';

/** Returns the path of a file with the input or the results of a batch. */
export const inputPath = (folder: string, name: string): string => join(folder, `${PREFIX}${name}${SUFFIX}`);

/** Deletes the files of a batch that processes with this fencing number or a lower one have written. */
export async function removeInputs(folder: string, batch: string, fence: number): Promise<void> {
  const pattern = new RegExp(`^${PREFIX}${batch}-(?<fence>\\d+)\\${SUFFIX}$`);
  // A folder that does not exist contains no files. The first write to it reports the error.
  for (const name of await readdir(folder).catch(() => [])) {
    const match = pattern.exec(name);
    if (match !== null && Number(match.groups?.['fence'] ?? 0) <= fence)
      await rm(join(folder, name), { force: true });
  }
}

const changedError = (path: string, cause?: unknown): LlmError =>
  new LlmError(
    'config',
    `${path}: another program has changed or deleted the input of a batch; nothing was sent; set "folder" to a folder that only this job uses, and poll again`,
    { path: 'folder' },
    { cause },
  );
