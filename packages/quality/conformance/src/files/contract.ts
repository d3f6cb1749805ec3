import type { ScriptedFault } from '../server/vendor-server.ts';

/** Vendor whose file API receives a request. */
export type FileVendor = 'openai' | 'anthropic' | 'google';

/** Request that the server has received. */
export interface FileRequest {
  /** Vendor whose API the path and headers belong to. */
  readonly vendor: FileVendor;
  /** `upload`: stores a file. `look`: requests the data of a file. `remove`: deletes a file. `chat`: calls a model. */
  readonly step: 'upload' | 'look' | 'remove' | 'chat';
  /** Method in upper case. */
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Names of the headers in lower case. Credentials are masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** Size of the body in bytes. */
  readonly size: number;
  /** Body of a chat. `undefined` for other requests. */
  readonly body: unknown;
}

/** Response that replaces the response of the server. `drop` closes the connection. */
export type FileFault = ScriptedFault;

/** File at the server. */
export interface UploadedFile {
  readonly vendor: FileVendor;
  readonly id: string;
  /** Account that owns the file; see `FileServerOptions.accountOf`. */
  readonly account: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: string;
  /** Time at which the file is deleted, in epoch milliseconds. */
  readonly expiresAt: number;
  /** Deletes the file, as the vendor's console does. */
  remove(): void;
}
