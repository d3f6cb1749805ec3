/** File that clients of a gateway have uploaded. */
export interface StoredFile {
  /** Id such as `file-` and 32 hexadecimal digits. */
  readonly id: string;
  /** Name that the client sent. It is data, and not a path. */
  readonly name: string;
  readonly mediaType: string;
  /** Size in bytes. */
  readonly size: number;
  /** SHA-256 of the content in hexadecimal digits. `undefined` on platforms without a hash that reads chunks. */
  readonly sha256?: string | undefined;
  /** Purpose that the client sent, such as `user_data`. */
  readonly purpose: string;
  /** Time of the upload, in epoch milliseconds. */
  readonly createdAt: number;
  /**
   * Time after which the file does not exist for clients, in epoch milliseconds. The gateway deletes the file afterwards.
   */
  readonly expiresAt: number;
}

/**
 * Store for the bytes of the files of a gateway, whose other facts are in its `records`. `folderFiles` of `@majordomo/files/node` stores
 * files in a folder, `files` of `sqliteStores` and `postgresStores` in a database, and `memoryFiles` in the memory of the process.
 */
export interface FileContentStore {
  /**
   * Stores content under a new id of letters, digits, `-` and `_`. If reading `content` rejects, rejects with the same error. The gateway
   * deletes the content of an upload that has failed, or whose process has ended.
   */
  put(id: string, content: ReadableStream<Uint8Array>): Promise<void>;
  /**
   * Returns the content under an id, or `undefined` if none is stored. The gateway reads a `Blob` when a target needs it, and copies a
   * stream to a temporary file. The gateway does not read content whose upload has not ended.
   */
  read(id: string): Promise<Blob | ReadableStream<Uint8Array> | undefined>;
  /** Deletes content, also of an unfinished upload. Ignores an id under which none is stored. */
  delete(id: string): Promise<void>;
}
