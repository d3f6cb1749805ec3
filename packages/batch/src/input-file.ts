import { openAsBlob } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Input of a batch, in a file so that it does not occupy memory. */
export class InputFile {
  private readonly path: string;
  private pending = '';

  /** The name contains the job's token, so that another process on this machine replaces the file of a crashed process. */
  constructor(folder: string, name: string) {
    this.path = join(folder, `majordomo-batch-${name}.jsonl`);
  }

  add(text: string): void {
    this.pending += text;
  }

  /** Writes the text that was added. */
  async flush(): Promise<void> {
    await appendFile(this.path, this.pending, { mode: 0o600 });
    this.pending = '';
  }

  /** Returns the complete input, which is read from the file when it is sent. */
  toBlob(): Promise<Blob> {
    return openAsBlob(this.path);
  }

  /** Deletes the file, or the file that a crashed process has left. */
  remove(): Promise<void> {
    return rm(this.path, { force: true });
  }
}
