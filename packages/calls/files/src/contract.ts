import type { Clock, FileReferences, Message, PreparedTarget } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';

/** Options of `createFiles`. */
export interface FilesOptions {
  /**
   * Store for the ids of uploaded files, such as `records` of a store package, in its space `file-references`. It contains no bytes, names
   * or keys.
   * @default the memory of this process, with at most 1,000 ids
   */
  readonly records?: RecordStore | undefined;
  /** Minimum size of content that is uploaded, in bytes. Smaller content is sent with each request. @default 1_048_576 */
  readonly aboveBytes?: number | undefined;
  /** Lifetime of an uploaded file in milliseconds, within the limits of the vendor. @default 86_400_000 (1 day) */
  readonly keepMs?: number | undefined;
  /** Maximum time of an upload in milliseconds, after which it has failed. @default 600_000 (10 minutes) */
  readonly timeoutMs?: number | undefined;
  /** Receives the events of all uploads. Errors that it throws are ignored. */
  readonly onEvent?: ((event: FileEvent) => void) | undefined;
  /** Clock for timeouts and lifetimes. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Event of `createFiles`. `uploaded`: the vendor stored a file. `reused`: a stored id was sent. `forgotten`: the file is gone. */
export interface FileEvent {
  readonly type: 'uploaded' | 'reused' | 'forgotten';
  /** Target as `provider/model`. */
  readonly target: string;
  /** Size of the content in bytes. */
  readonly size: number;
  /** Duration in milliseconds. */
  readonly ms: number;
}

/** Option `files` of `createMajordomo`. */
export interface Files extends FileReferences {
  /**
   * Deletes the uploaded content of messages at the targets, for example when a user deletes a conversation. The targets are the
   * result of `majordomo.prepare` with `work: 'background'`. Content that was not uploaded is ignored.
   */
  remove(
    targets: readonly PreparedTarget[],
    messages: readonly Message[],
    options?: { readonly tenant?: string | undefined },
  ): Promise<void>;
}
