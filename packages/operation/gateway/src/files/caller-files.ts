import { systemClock, type BlobPart, type ImagePart } from '@majordomo/core';
import { bytesOfBlob, withTimeout } from '@majordomo/core/toolkit';
import type { FileContentStore, StoredFile } from '@majordomo/files';
import { Refusal, whileConnected } from '../errors/refusal.ts';
import type { Caller, FilesSettings, Settings } from '../options.ts';
import type { FileCopies, UsedCopy } from './file-copies.ts';
import { FILE_ID } from './file-id.ts';
import type { UploadQuota } from './upload-quota.ts';

/** Maximum wait for the store, in milliseconds. Content has no limit. */
const TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 5000;

/** What the files of all callers occupy in addition to the store. */
export interface FilesState {
  readonly uploads: UploadQuota;
  readonly copies: FileCopies;
}

/** Files that a caller may read. */
export interface FileSource {
  /** Returns a file, or `undefined` if it does not exist, has expired or belongs to another caller. */
  get(id: string): Promise<StoredFile | undefined>;
  /** Returns the content of a file, or `undefined` if it was deleted. */
  blobOf(file: StoredFile): Promise<Blob | undefined>;
}

/** Files of a caller. A caller without a tenant shares files only with callers that have the same key. */
export class CallerFiles implements FileSource {
  readonly settings: FilesSettings;
  readonly owner: string;
  private readonly held: FilesState;
  private readonly signal: AbortSignal;
  /** Temporary copies that the request reads. `undefined` after `release`. */
  private copies: UsedCopy[] | undefined = [];

  constructor(settings: FilesSettings, held: FilesState, { tenant, key }: Caller, signal: AbortSignal) {
    this.settings = settings;
    this.owner = JSON.stringify(tenant === undefined ? [null, key ?? null] : [tenant]);
    this.held = held;
    this.signal = signal;
  }

  async get(id: string): ReturnType<FileContentStore['get']> {
    if (!FILE_ID.test(id)) return undefined;
    const file = await this.run('read', (store) => store.get(this.owner, id));
    return file === undefined || isExpired(file) ? undefined : file;
  }

  /** Returns the content of a file as the store returns it, or `undefined` if the file was deleted. */
  contentOf(id: string): ReturnType<FileContentStore['read']> {
    return this.run('read', (store) => store.read(this.owner, id));
  }

  /** Returns the content of a file, which can be read until `release` is called. */
  async blobOf({ id, size, mediaType }: StoredFile): Promise<Blob | undefined> {
    const content = await this.contentOf(id);
    if (content === undefined || content instanceof Blob) return content;
    const { copies, owner } = this;
    if (copies === undefined) {
      await content.cancel();
      throw new Refusal('aborted', 'the request has ended');
    }
    try {
      const copy = this.held.copies.use({ owner, id, size, mediaType }, content, this.settings);
      copies.push(copy);
      return await whileConnected(() => copy.blob, this.signal);
    } catch (cause) {
      throw unavailable('read', cause);
    }
  }

  /** Ends the use of the files, because the request has ended. */
  release(): void {
    for (const copy of this.copies ?? []) copy.release();
    this.copies = undefined;
  }

  /** Returns the files of the caller, newest first. Deletes files that have expired. */
  async list(): Promise<readonly StoredFile[]> {
    const files = await this.run('read', (store) => store.list(this.owner));
    for (const file of files.filter(isExpired)) await this.delete(file);
    return files.filter((file) => !isExpired(file)).toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  async delete({ id, size }: StoredFile): Promise<void> {
    const { owner } = this;
    // Count the content before the store lists the file no longer.
    const undo = this.held.uploads.countDeleted(owner, size);
    try {
      await this.run('delete', (store) => store.delete(owner, id));
    } catch (error) {
      undo();
      throw error;
    }
    this.held.copies.onDeleted({ owner, id });
  }

  /** Stores content. Rejects with the failure of `content` or `describe`, or with an `unavailable` refusal if the store fails. */
  async put(
    id: string,
    content: ReadableStream<Uint8Array>,
    describe: () => Promise<StoredFile>,
  ): Promise<void> {
    try {
      await this.settings.store.put(this.owner, id, content, describe);
    } catch (cause) {
      throw unavailable('store', cause);
    }
  }

  private async run<T>(action: string, work: (store: FileContentStore) => Promise<T>): Promise<T> {
    try {
      const working = whileConnected(() => work(this.settings.store), this.signal);
      return await withTimeout(working, TIMEOUT_MS, systemClock);
    } catch (cause) {
      throw unavailable(action, cause);
    }
  }
}

/** Returns the files of a caller, or `undefined` if the gateway stores none. */
export const filesOf = (
  { caller, request }: { readonly caller: Caller; readonly request: Request },
  gateway: FilesState & { readonly settings: Pick<Settings, 'files'> },
): CallerFiles | undefined =>
  gateway.settings.files && new CallerFiles(gateway.settings.files, gateway, caller, request.signal);

const isExpired = ({ expiresAt }: StoredFile): boolean => expiresAt <= systemClock.now();

function unavailable(action: string, cause: unknown): Refusal {
  if (cause instanceof Refusal) return cause;
  const message = `the gateway cannot ${action} files at the moment; retry later`;
  return new Refusal('unavailable', message, { retryAfterMs: RETRY_AFTER_MS }, { cause });
}

/** Returns the part that a request contains for a file. Images are read, because they are fitted to each target. */
export async function partOf(
  { name, mediaType, sha256 }: StoredFile,
  blob: Blob,
): Promise<ImagePart | BlobPart> {
  if (mediaType.startsWith('image/'))
    return { type: 'image', mediaType, bytes: await bytesOfBlob(blob, 'file_id') };
  return { type: 'blob', blob, name, mediaType, ...(sha256 !== undefined && { sha256 }) };
}
