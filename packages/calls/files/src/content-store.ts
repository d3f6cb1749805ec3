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
   * Time after which the file does not exist for clients, in epoch milliseconds. The store deletes the file afterwards, because its
   * owner may never return.
   */
  readonly expiresAt: number;
}

/**
 * Store for the files of a gateway. An owner is any string, such as a tenant, and cannot see the files of others. `folderFiles` of
 * `@majordomo/files/node` stores files in a folder, `files` of `sqliteStores` and `postgresStores` in a database, and `memoryFiles` in
 * the memory of the process.
 */
export interface FileContentStore {
  /**
   * Stores content and the result of `describe`, which is called when the content was read. If reading `content` or `describe`
   * rejects, stores nothing and rejects with the same error. Callers create a new id for each file.
   */
  put(
    owner: string,
    id: string,
    content: ReadableStream<Uint8Array>,
    describe: () => Promise<StoredFile>,
  ): Promise<void>;
  /** Returns a file without its content, or `undefined` if it does not exist. */
  get(owner: string, id: string): Promise<StoredFile | undefined>;
  /**
   * Returns the content of a file, or `undefined` if it does not exist. The gateway reads a `Blob` when a target needs it, and copies a
   * stream to a temporary file. The result must stay readable for some minutes after a deletion.
   */
  read(owner: string, id: string): Promise<Blob | ReadableStream<Uint8Array> | undefined>;
  /** Returns all files of an owner, in any order. */
  list(owner: string): Promise<readonly StoredFile[]>;
  /** Deletes a file. Ignores a file that does not exist. */
  delete(owner: string, id: string): Promise<void>;
}
