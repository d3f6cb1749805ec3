import { randomUUID } from 'node:crypto';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

interface OpenFile {
  readonly handle: FileHandle;
  bytes: number;
}

/**
 * Appends lines of one kind to files that no other writer uses, so no lock is needed. Files are named
 * `<kind>.<UTC>.<random>.jsonl`. If a file is full, was deleted, or may have an incomplete line, the next line begins a new file.
 */
export class Output {
  private readonly folder: string;
  private readonly kind: string;
  private readonly maxBytes: number;
  private file: OpenFile | undefined;

  constructor(folder: string, kind: string, maxBytes: number) {
    this.folder = folder;
    this.kind = kind;
    this.maxBytes = maxBytes;
  }

  async append(line: string): Promise<void> {
    const bytes = Buffer.from(`${line}\n`);
    if (this.file !== undefined && (await this.isUnusable(this.file, bytes.length))) await this.close();
    const file = (this.file ??= await this.next());
    try {
      await file.handle.appendFile(bytes);
      file.bytes += bytes.length;
    } catch (error) {
      // The file may end with an incomplete line, so the next line goes to a new file.
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  private async isUnusable({ handle, bytes }: OpenFile, more: number): Promise<boolean> {
    return bytes + more > this.maxBytes || (await handle.stat()).nlink === 0;
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.handle.close();
  }

  private async next(): Promise<OpenFile> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const name = `${this.kind}.${at}.${randomUUID().slice(0, 8)}.jsonl`;
    return { handle: await open(join(this.folder, name), 'ax', 0o600), bytes: 0 };
  }
}
