import { systemClock, type BlobPart, type ImagePart } from '@majordomo/core';
import { bytesOfBlob, withTimeout } from '@majordomo/core/toolkit';
import type { FileContentStore, StoredFile } from '@majordomo/files';
import { FileIndex, type Reservation } from './file-index.ts';
import { Refusal, storeRefusal, whileConnected } from '../errors/refusal.ts';
import type { Caller, FilesSettings, Settings } from '../options.ts';
import type { FileCopies, UsedCopy } from './file-copies.ts';
import { FILE_ID } from './file-id.ts';

/** Maximum wait for the store, in milliseconds. Content has no limit. */
const TIMEOUT_MS = 10_000;

/** Resources that the files of all callers use in addition to the store. */
export interface FilesState {
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
  private readonly shared: FilesState;
  private readonly index: FileIndex;
  private readonly signal: AbortSignal;
  /** Temporary copies that the request reads. `undefined` after `release`. */
  private copies: UsedCopy[] | undefined = [];

  constructor(settings: FilesSettings, shared: FilesState, { tenant, key }: Caller, signal: AbortSignal) {
    this.settings = settings;
    this.owner = JSON.stringify(tenant === undefined ? [null, key ?? null] : [tenant]);
    this.shared = shared;
    this.index = new FileIndex(settings);
    this.signal = signal;
  }

  async get(id: string): Promise<StoredFile | undefined> {
    if (!FILE_ID.test(id)) return undefined;
    const file = await this.run('read', () => this.index.get(this.owner, id));
    return file === undefined || isExpired(file) ? undefined : file;
  }

  /** Returns the content of a file as the store returns it, or `undefined` if the file was deleted. */
  contentOf(id: string): ReturnType<FileContentStore['read']> {
    const read = async (): ReturnType<FileContentStore['read']> => this.settings.store.read(id);
    return this.runOrUndo('read', read, async (late) => {
      if (late instanceof ReadableStream) await late.cancel();
    });
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
      const copy = this.shared.copies.use({ owner, id, size, mediaType }, content, this.settings);
      copies.push(copy);
      return await whileConnected(() => copy.blob, this.signal);
    } catch (cause) {
      throw storeRefusal('read files', cause);
    }
  }

  /** Ends the use of the files, because the request has ended. */
  release(): void {
    for (const copy of this.copies ?? []) copy.release();
    this.copies = undefined;
  }

  /** Returns the files of the caller, newest first. */
  async list(): Promise<readonly StoredFile[]> {
    const files = await this.run('read', () => this.index.list(this.owner));
    return files.filter((file) => !isExpired(file)).toReversed();
  }

  async delete({ id }: StoredFile): Promise<void> {
    const { owner } = this;
    await this.run('delete', () => this.index.delete(owner, id));
    this.shared.copies.onDeleted({ owner, id });
  }

  /** Throws a refusal if the caller may not store a file of this size now. */
  check(bytes: number): Promise<void> {
    return this.run('store', () => this.index.check(this.owner, bytes));
  }

  /** Reserves the place of a file, as `FileIndex.reserve` does. */
  reserve(bytes: number, least?: number): Promise<Reservation> {
    const reserve = (): Promise<Reservation> => this.index.reserve(this.owner, bytes, least);
    return this.runOrUndo('store', reserve, (late) => late.release());
  }

  /**
   * Stores content, and then the facts that `describe` returns. Rejects with the failure of `content` or `describe`, or with an
   * `unavailable` refusal if a store fails.
   */
  async put(
    reservation: Reservation,
    content: ReadableStream<Uint8Array>,
    describe: () => Promise<StoredFile>,
  ): Promise<StoredFile> {
    try {
      await this.settings.store.put(reservation.id, content);
      const file = await describe();
      await reservation.finish(file);
      return file;
    } catch (cause) {
      throw storeRefusal('store files', cause);
    }
  }

  /** Runs work as `run` does. Calls `undo` with a result that arrives after the client has left, or after `TIMEOUT_MS`. */
  private runOrUndo<T>(action: string, work: () => Promise<T>, undo: (late: T) => Promise<void>): Promise<T> {
    const working = work();
    return this.run(action, () => working).catch((error: unknown) => {
      working.then(undo).catch(() => undefined);
      throw error;
    });
  }

  private async run<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      const working = whileConnected(work, this.signal);
      return await withTimeout(working, TIMEOUT_MS, systemClock);
    } catch (cause) {
      throw storeRefusal(`${action} files`, cause);
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

/** Returns the part that a request contains for a file. Images are read, because they are fitted to each target. */
export async function partOf(
  { name, mediaType, sha256 }: StoredFile,
  blob: Blob,
): Promise<ImagePart | BlobPart> {
  if (mediaType.startsWith('image/'))
    return { type: 'image', mediaType, bytes: await bytesOfBlob(blob, 'file_id') };
  return { type: 'blob', blob, name, mediaType, ...(sha256 !== undefined && { sha256 }) };
}
