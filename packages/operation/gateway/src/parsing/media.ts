import type { AudioPart, BlobPart, FilePart, ImagePart } from '@majordomo/core';
import { fromBase64, sniffMediaType } from '@majordomo/core/toolkit';
import { invalid } from './fields.ts';

/** Image or document to which a request refers. The content of a blob is read when a target needs it. */
export type NamedPart = ImagePart | FilePart | BlobPart;

/** Resolver of the media to which a request refers by URL, and of files to which it refers by id. */
export interface Media {
  /** Returns the image or file with an id. `path`: path of the id in the request, for errors. */
  byFile(id: string, path: string): NamedPart;
  /** Returns the image or file at a URL. `path`: path of the URL in the request, for errors. */
  byUrl(url: string, path: string): NamedPart;
}

/** Refuses a URL, because the gateway has no function that fetches media. */
export const refuseUrl = (path: string): never =>
  invalid(path, 'must be a data URL, because this gateway does not fetch media');

/** Refuses the id of a file, because the gateway stores no files. */
export const refuseFile = (path: string): never =>
  invalid(path, 'is not supported, because this gateway stores no files; send the data');

/** Converts base64 data to a part: to an image if the media type or the bytes indicate an image, otherwise to a file. */
export function mediaPart(
  base64: string,
  mediaType: string,
  path: string,
  fileName?: string,
): ImagePart | FilePart {
  const bytes = bytesOf(base64, path);
  const type = exactType(mediaType, bytes);
  return type.startsWith('image/')
    ? { type: 'image', mediaType: type, bytes }
    : { type: 'file', mediaType: type, bytes, ...(fileName === undefined ? {} : { name: fileName }) };
}

function bytesOf(base64: string, path: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch {
    return invalid(path, 'is not valid base64');
  }
}

const exactType = (mediaType: string, bytes: Uint8Array): string =>
  mediaTypeIn(mediaType) ?? sniffMediaType(bytes) ?? 'application/octet-stream';

const MEDIA_TYPE = /^ *([a-z\d][\w.+-]{0,126}\/[a-z\d][\w.+-]{0,126}) *(?:;[\x20-\x7E]*)?$/i;

/** Returns a media type in lower case without its parameters. Returns `undefined` for a string of another form (RFC 6838). */
export function mediaTypeIn(text: string): string | undefined {
  const type = MEDIA_TYPE.exec(text)?.[1]?.toLowerCase();
  return type === 'image/jpg' ? 'image/jpeg' : type;
}

/** Converts the content of a data URL to a part. Resolves other URLs with `media`. */
export function urlPart(
  url: string,
  path: string,
  media: Pick<Media, 'byUrl'>,
  fileName?: string,
): NamedPart {
  if (!/^data:/i.test(url)) return media.byUrl(url, path);
  const comma = url.indexOf(',');
  const head = url.slice(5, comma);
  if (comma === -1 || !/;base64$/i.test(head)) return invalid(path, 'must be a data URL in base64');
  return mediaPart(url.slice(comma + 1), head.split(';')[0] ?? '', path, fileName);
}

/** Returns the part if it is an image. Refuses any other part. */
export function imageOf(part: NamedPart | AudioPart, path: string): ImagePart {
  return part.type === 'image' ? part : invalid(path, `must be an image, not ${part.mediaType}`);
}
