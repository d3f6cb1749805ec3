import { openAsBlob } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Input of a batch, in a file so that it does not occupy memory. */
export class InputFile {
  private readonly path: string;
  private readonly separator: string;
  private handle: FileHandle | undefined;
  private pending: string[] = [];
  private isEmpty = true;

  /** The name contains the job's token, so that another process on this machine replaces the file of a crashed process. */
  constructor(folder: string, name: string, separator: string) {
    this.path = join(folder, `majordomo-batch-${name}.jsonl`);
    this.separator = separator;
  }

  add(line: string): void {
    this.pending.push(this.isEmpty ? line : this.separator + line);
    this.isEmpty = false;
  }

  /** Writes the lines that were added. */
  async flush(): Promise<void> {
    this.handle ??= await open(this.path, 'w', 0o600);
    await this.handle.appendFile(this.pending.join(''));
    this.pending = [];
  }

  /** Returns the complete input, which is read from the file when it is sent. */
  async toBlob(): Promise<Blob> {
    await this.flush();
    await this.handle?.close();
    this.handle = undefined;
    return openAsBlob(this.path);
  }

  async remove(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
    await rm(this.path, { force: true });
  }
}
