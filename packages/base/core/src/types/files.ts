import type { BatchContext } from './batch.ts';
import type { FileReference } from './messages.ts';
import type { ModelRequest } from './request.ts';
import type { Warning } from './response.ts';
import type { FileLimits } from './target.ts';

/** File storage of a vendor. Throws `LlmError`. Each function sends one request, without retries. */
export interface FileBackend {
  /** Whether the model can read content of this type by reference, and the storage accepts its size in bytes. */
  accepts(mediaType: string, size: number): boolean;
  /** Lifetimes that an upload can request, in milliseconds. Equal values mean a fixed lifetime. */
  readonly lifetimeMs: { readonly least: number; readonly most: number };
  /** Returns a stable name of the account that owns the files. It contains no secret, such as a hash of the key. */
  account(context: BatchContext): Promise<string>;
  /** Uploads content, and waits until the model can read it. */
  upload(content: Blob, about: NewFile, context: BatchContext): Promise<FileReference>;
  /** Deletes a file. Ignores a file that does not exist. */
  delete(id: string, context: BatchContext): Promise<void>;
}

/** Facts about content to upload. */
export interface NewFile {
  /** Name for the model, such as `report.pdf`. */
  readonly name: string;
  readonly mediaType: string;
  /** Time for which the vendor stores the file, in milliseconds. Within `lifetimeMs` of the storage. */
  readonly keepMs: number;
}

/** Owner of uploaded content, and the facts about the attempt that needs the content. */
export interface FileOwner {
  readonly backend: FileBackend;
  /** Tenant of the call. Tenants do not share files. */
  readonly tenant: string | undefined;
  /** Limits of documents that are sent with the request. */
  readonly limits: FileLimits | undefined;
  /** Context of the attempt. `recoveries` contains the ids of files that the vendor no longer has. */
  readonly context: BatchContext;
}

/** Option `files` of `createMajordomo`. Created by `createFiles` of `@majordomo/files`. */
export interface FileReferences {
  /** Minimum size of content that is sent by reference, in bytes. */
  readonly aboveBytes: number;
  /** Returns the number of days for which a vendor stores uploaded content. */
  retentionDays(backend: FileBackend): number;
  /**
   * Returns the request with references instead of content, after the uploads that are necessary, and warnings. Called when the
   * gates have admitted an attempt, before its timers start. A rejection fails the attempt.
   */
  refer(
    request: ModelRequest,
    owner: FileOwner,
  ): Promise<{ readonly request: ModelRequest; readonly warnings: readonly Warning[] }>;
}
