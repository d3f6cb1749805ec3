import { LlmError } from '../types/llm-error.ts';
import type { AudioPart, BlobPart, FilePart, ImagePart, UnreadContent } from '../types/messages.ts';

/** Part that is an image, a document or audio. */
export type ContentPart = ImagePart | FilePart | AudioPart;

const NO_BYTES = new Uint8Array();

/** Returns the size of the content of a part in bytes, wherever the content is. */
export function contentSize(part: ContentPart | BlobPart): number {
  if (part.type === 'blob') return part.blob.size;
  return part.file?.size ?? part.unread?.size ?? part.bytes.length;
}

/** Returns the part that a provider receives for a blob, with bytes, or with the blob as unread content. */
export function contentOf({ blob, mediaType, name, sha256 }: BlobPart, bytes?: Uint8Array): ContentPart {
  const { size } = blob;
  const [kind] = mediaType.split('/', 1);
  const type = kind === 'image' || kind === 'audio' ? kind : 'file';
  const named = type === 'file' && name !== undefined ? { name } : undefined;
  if (bytes !== undefined) return { type, mediaType, bytes, ...named };
  const unread: UnreadContent = Object.defineProperty(
    { size, blob, ...(sha256 !== undefined && { sha256 }) },
    'blob',
    { enumerable: false },
  );
  return { type, mediaType, bytes: NO_BYTES, unread, ...named };
}

/** Returns the error for a blob whose file has changed or no longer exists. */
export const unreadableError = (path: string, cause: unknown): LlmError =>
  new LlmError(
    'invalid-request',
    `${path}: the blob cannot be read; its file may have changed, so open the file again`,
    { path },
    { cause },
  );
