import type { Clock } from '@majordomo/core';
import type { FileVendor, UploadedFile } from './contract.ts';

/** Content that the server has received. */
export interface NewContent {
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: string;
  readonly lifetimeMs: number;
}

/** File with the state that the API of the vendor reports. */
export interface StorageFile extends UploadedFile {
  readonly createdAt: number;
  /** Number of looks after which the model can read the file. */
  looks: number;
}

/** Files of all vendors and accounts. */
export class FileStorage {
  /** All files that were ever stored, in the order of their uploads. */
  readonly uploads: StorageFile[] = [];
  readonly clock: Clock;
  private readonly removed = new Set<string>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(vendor: FileVendor, account: string, content: NewContent, looks = 0): StorageFile {
    const number = String(this.uploads.length + 1);
    const id = { openai: `file-${number}`, anthropic: `file_${number}`, google: `files/f${number}` }[vendor];
    const { lifetimeMs, ...facts } = content;
    const createdAt = this.clock.now();
    const expiresAt = createdAt + lifetimeMs;
    const remove = (): void => {
      this.removed.add(id);
    };
    const file = { vendor, id, account, ...facts, createdAt, expiresAt, looks, remove };
    this.uploads.push(file);
    return file;
  }

  /** Returns the file of an account, also if it has expired; `undefined` if it was deleted or never existed. */
  find(vendor: FileVendor, account: string, id: string): StorageFile | undefined {
    const found = this.uploads.find(
      (file) => file.vendor === vendor && file.account === account && file.id === id,
    );
    return found === undefined || this.removed.has(id) ? undefined : found;
  }

  isExpired({ expiresAt }: UploadedFile): boolean {
    return expiresAt <= this.clock.now();
  }
}
