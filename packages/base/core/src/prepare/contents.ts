import type { PreparedCall, Upload } from '../call/contract.ts';
import type { FileBackend, FileReferences } from '../types/files.ts';
import { LlmError } from '../types/llm-error.ts';
import type { BlobPart, Message, Part, UnreadContent } from '../types/messages.ts';
import type { MediaFitter, Model } from '../types/provider.ts';
import type { ChatRequest, ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import { abortable } from '../util/async.ts';
import { builtinModule } from '../util/builtin-module.ts';
import { contentsIn, type ContentPart } from '../util/content.ts';
import { invalidError } from './validate.ts';

/** Storage of a target, and the hook that fills it. */
export interface TargetFiles {
  readonly references: FileReferences;
  readonly backend: FileBackend;
}

/** Request without blobs, and the upload of its content. */
export interface Contents {
  readonly request: ChatRequest;
  /** `undefined` if the request contains all content. */
  readonly isReferred: IsReferred | undefined;
  /** Returns the upload of a fitted request, or `undefined` if nothing is sent by reference. `prepare` prepares the changed request. */
  readonly uploadOf?: <Event extends object, Result>(
    request: ModelRequest,
    prepare: (request: ModelRequest, warnings: readonly Warning[]) => PreparedCall<Event, Result>,
  ) => Upload<Event, Result> | undefined;
}

const NO_BYTES = new Uint8Array();

interface ContentOptions {
  readonly files: TargetFiles | undefined;
  readonly tenant: string | undefined;
  readonly media: MediaFitter | undefined;
  readonly scope: { readonly signal: AbortSignal };
}

/** Whether content is sent by reference. */
export type IsReferred = (part: ContentPart | BlobPart) => boolean;

/** Reads the blobs of a request that a target receives with the request, and prepares the upload of other content. */
export async function readContents(
  request: ChatRequest,
  { capabilities }: Model,
  { files, tenant, media, scope }: ContentOptions,
): Promise<Contents> {
  const isReferred: IsReferred | undefined =
    files &&
    ((part) => {
      const size = contentSize(part);
      return size >= files.references.aboveBytes && files.backend.accepts(part.mediaType, size);
    });
  const { maxPages, maxTotalPages } = capabilities.fileLimits?.pdf ?? {};
  const countsPages = media?.pages !== undefined && (maxPages ?? maxTotalPages) !== undefined;
  const messages = await withoutBlobs(request.messages, { isReferred, countsPages, signal: scope.signal });
  return {
    request: { ...request, messages },
    isReferred,
    uploadOf: (fitted, prepare) => {
      if (files === undefined || !hasReferred(fitted, isReferred)) return undefined;
      const { references, backend } = files;
      const limits = capabilities.fileLimits;
      return {
        retentionDays: references.retentionDays(backend),
        async run(context) {
          try {
            const uploading = references.refer(fitted, { backend, tenant, limits, context });
            const changed = await abortable(uploading, context.signal);
            return prepare(changed.request, changed.warnings);
          } catch (cause) {
            // The attempt must fail in `open`, where its failure is recorded and its permits are settled.
            const open = (): never => {
              throw cause;
            };
            return { ...prepare(fitted, []), open };
          }
        },
      };
    },
  };
}

const hasReferred = ({ messages }: ModelRequest, isReferred: IsReferred | undefined): boolean =>
  messages.some((message) => contentsIn(message).some((part) => isReferred?.(part) === true));

/** Blobs that were read for a list of messages, so that each target of a chain receives the same bytes. */
const readBlobs = new WeakMap<readonly Message[], Map<Blob, Promise<Uint8Array>>>();

interface ReadOptions {
  readonly isReferred: IsReferred | undefined;
  /** Whether the pages of a PDF must be counted, which requires its bytes. */
  readonly countsPages: boolean;
  readonly signal: AbortSignal;
}

/** Returns the messages with bytes, or with unread content that will be sent by reference, instead of blobs. */
async function withoutBlobs(messages: readonly Message[], options: ReadOptions): Promise<readonly Message[]> {
  if (!messages.some(({ parts }) => parts.some(isBlob))) return messages;
  const bytes = readBlobs.get(messages) ?? new Map<Blob, Promise<Uint8Array>>();
  readBlobs.set(messages, bytes);
  return Promise.all(
    messages.map(async (message, at): Promise<Message> => {
      if (!message.parts.some(isBlob)) return message;
      if (message.role !== 'user')
        throw invalidError(`messages[${at}]`, 'must not contain a blob; only user messages can');
      const parts = message.parts.map(async (part, index) =>
        isBlob(part) ? readPart(part, `messages[${at}].parts[${index}]`, bytes, options) : part,
      );
      return { role: 'user', parts: await Promise.all(parts) };
    }),
  );
}

const isBlob = (part: Part): part is BlobPart => part.type === 'blob';

async function readPart(
  part: BlobPart,
  path: string,
  known: Map<Blob, Promise<Uint8Array>>,
  { isReferred, countsPages, signal }: ReadOptions,
): Promise<ContentPart> {
  const { blob, mediaType, sha256 } = part;
  if (!(blob instanceof Blob))
    throw invalidError(`${path}.blob`, 'must be a Blob, such as `await openAsBlob(path)` of node:fs');
  if (typeof mediaType !== 'string' || !mediaType.includes('/'))
    throw invalidError(`${path}.mediaType`, 'must be a MIME type, such as application/pdf');
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    throw invalidError(`${path}.sha256`, 'must be 64 hexadecimal digits in lower case');
  // Images are fitted by their bytes, and the pages of a PDF are counted in its bytes, before either is sent by reference.
  const mustRead = mediaType.startsWith('image/') || (countsPages && mediaType.startsWith('application/pdf'));
  if (!mustRead && isReferred?.(part) === true) return contentOf(part);
  let bytes = known.get(blob);
  if (bytes === undefined) {
    bytes = bytesOfBlob(blob, path);
    known.set(blob, bytes);
    // A failed read is not stored, so that the next call reads the blob again.
    bytes.catch(() => known.delete(blob));
  }
  return contentOf(part, await abortable(bytes, signal));
}

/** Returns the size of the content of a part in bytes, wherever the content is. */
export const contentSize = (part: ContentPart | BlobPart): number =>
  part.type === 'blob' ? part.blob.size : (part.file?.size ?? part.unread?.size ?? part.bytes.length);

/** Returns the part that a provider receives for a blob, with bytes, or with the blob as unread content. */
export function contentOf({ blob, mediaType, name, sha256 }: BlobPart, bytes?: Uint8Array): ContentPart {
  const { size } = blob;
  const [kind] = mediaType.split('/', 1);
  const type = kind === 'image' || kind === 'audio' ? kind : 'file';
  const named = type === 'file' && name !== undefined ? { name } : undefined;
  if (bytes !== undefined) return { type, mediaType, bytes, ...named };
  // Logs and JSON omit the blob, because it is not enumerable.
  const unread: UnreadContent = Object.defineProperty(
    { size, blob, ...(sha256 !== undefined && { sha256 }) },
    'blob',
    { enumerable: false },
  );
  return { type, mediaType, bytes: NO_BYTES, unread, ...named };
}

/** Returns the bytes of a blob. `path`: path of the blob, for the error `invalid-request` if the blob cannot be read. */
export async function bytesOfBlob(blob: Blob, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw unreadableError(path, cause);
  }
}

/** Passes the bytes of a blob to a function, chunk by chunk. The function must not store a chunk, whose memory is freed afterwards. */
export async function eachChunk(blob: Blob, path: string, use: (chunk: Uint8Array) => void): Promise<void> {
  const reader: ReadableStreamDefaultReader<Uint8Array> = blob.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw unreadableError(path, cause);
    });
    if (done) return;
    use(value);
    release(value);
  }
}

/**
 * Frees the memory of a chunk. Chunks of tens of megabytes would otherwise wait for the garbage collector. A buffer that contains
 * more than the chunk is not freed, because other data may be in it.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength) (buffer as TransferableBuffer).transfer?.(0);
}

/** Buffer of ES2024, which the types of the project do not contain. */
type TransferableBuffer = ArrayBufferLike & { transfer?(size: number): unknown };

/** Returns the error for a blob whose file has changed or no longer exists. */
const unreadableError = (path: string, cause: unknown): LlmError =>
  new LlmError(
    'invalid-request',
    `${path}: the blob cannot be read; its file may have changed, so open the file again`,
    { path },
    { cause },
  );

/** Hash that reads chunks. */
export interface ChunkHash {
  /** Adds a chunk. */
  update(data: Uint8Array): unknown;
  /** Returns the hash of all chunks. Can be called once. */
  digest(encoding: 'hex'): string;
}

interface Crypto {
  createHash(name: 'sha256'): ChunkHash;
}

/** Returns a SHA-256 that reads chunks on Node, Bun and Deno; `undefined` elsewhere. */
export const newSha256 = (): ChunkHash | undefined =>
  builtinModule<Crypto>('node:crypto')?.createHash('sha256');
