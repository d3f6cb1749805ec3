import type { PreparedCall, Upload } from '../call/contract.ts';
import type { FileBackend, FileReferences } from '../types/files.ts';
import type { BlobPart, Message, Part, ResultPiece, TurnMessage } from '../types/messages.ts';
import type { MediaFitter, Model } from '../types/provider.ts';
import type { ChatRequest, ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import { abortable } from '../util/async.ts';
import { contentOf, contentSize, unreadableError, type ContentPart } from '../util/content.ts';
import { invalidError } from './validate.ts';

/** Storage of a target, and the hook that fills it. */
export interface TargetFiles {
  readonly references: FileReferences;
  readonly backend: FileBackend;
}

/** Request without blobs, and the upload of its content. */
export interface Contents {
  readonly request: ChatRequest;
  readonly isReferred: IsReferred | undefined;
  /** Returns the upload of a fitted request, or `undefined` if nothing is sent by reference. `prepare` prepares the changed request. */
  readonly uploadOf?: <Event extends object, Result>(
    request: ModelRequest,
    prepare: (request: ModelRequest, warnings: readonly Warning[]) => PreparedCall<Event, Result>,
  ) => Upload<Event, Result> | undefined;
}

interface ContentOptions {
  readonly files: TargetFiles | undefined;
  readonly tenant: string | undefined;
  readonly media: MediaFitter | undefined;
  readonly scope: { readonly signal: AbortSignal };
}

/** Whether content is sent by reference. */
export type IsReferred = (about: { readonly mediaType: string; readonly size: number }) => boolean;

/** Reads the blobs of a request that a target receives with the request, and prepares the upload of other content. */
export async function readContents(
  request: ChatRequest,
  { capabilities }: Model,
  { files, tenant, media, scope }: ContentOptions,
): Promise<Contents> {
  const isReferred: IsReferred | undefined =
    files &&
    (({ mediaType, size }) => size >= files.references.aboveBytes && files.backend.accepts(mediaType, size));
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
  messages.some((message) =>
    contentsIn(message).some(
      (part) => isReferred?.({ mediaType: part.mediaType, size: contentSize(part) }) === true,
    ),
  );

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
  const mustRead = mediaType.startsWith('image/') || (countsPages && mediaType.startsWith('application/pdf'));
  if (!mustRead && isReferred?.({ mediaType, size: blob.size }) === true) return contentOf(part);
  let bytes = known.get(blob);
  if (bytes === undefined) {
    bytes = bytesOf(blob, path);
    known.set(blob, bytes);
  }
  return contentOf(part, await abortable(bytes, signal));
}

async function bytesOf(blob: Blob, path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw unreadableError(path, cause);
  }
}

/** Returns the images, documents and audio of a message of the user or of tools. */
const contentsIn = ({ role, parts }: TurnMessage): readonly ContentPart[] =>
  (role === 'assistant' ? [] : parts)
    .flatMap((part): readonly (Part | ResultPiece)[] => ('content' in part ? part.content : [part]))
    .filter((piece) => 'bytes' in piece);
