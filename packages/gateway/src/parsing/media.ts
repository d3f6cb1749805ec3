import type { AudioPart, FilePart, ImagePart } from '@majordomo/core';
import { abortable, fromBase64, sniffMediaType } from '@majordomo/core/provider';
import { Refusal } from '../refusal.ts';
import type { FetchMedia } from '../options.ts';
import { wrong } from './read.ts';

/** Where a wire's reader gets what a request only points to. */
export interface Media {
  /** The part behind a URL. */
  byUrl(url: string, path: string): ImagePart | FilePart;
}

/** Base64 as a part: a picture where its type or its bytes say so. */
export function mediaPart(
  base64: string,
  mediaType: string,
  path: string,
  fileName?: string,
): ImagePart | FilePart {
  const bytes = bytesOf(base64, path);
  const type = exactType(mediaType.toLowerCase(), bytes);
  return type.startsWith('image/')
    ? { type: 'image', mediaType: type, bytes }
    : { type: 'file', mediaType: type, bytes, ...(fileName === undefined ? {} : { name: fileName }) };
}

function bytesOf(base64: string, path: string): Uint8Array {
  try {
    return fromBase64(base64);
  } catch {
    return wrong(path, 'is no base64');
  }
}

function exactType(mediaType: string, bytes: Uint8Array): string {
  if (mediaType === 'image/jpg') return 'image/jpeg';
  return /^[\w.+-]+\/[\w.+-]+$/.test(mediaType)
    ? mediaType
    : (sniffMediaType(bytes) ?? 'application/octet-stream');
}

/** A data URL as a part; what else it points to is asked of `media`. */
export function urlPart(url: string, path: string, media: Media, fileName?: string): ImagePart | FilePart {
  if (!/^data:/i.test(url)) return media.byUrl(url, path);
  const comma = url.indexOf(',');
  const head = url.slice(5, comma);
  if (comma === -1 || !/;base64$/i.test(head)) return wrong(path, 'must be a data URL in base64');
  return mediaPart(url.slice(comma + 1), head.split(';')[0] ?? '', path, fileName);
}

/** An image, whatever else the request holds there. */
export function imageOf(part: ImagePart | FilePart | AudioPart, path: string): ImagePart {
  return part.type === 'image' ? part : wrong(path, `must be an image, and is ${part.mediaType}`);
}

const NOTHING: ImagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array() };

/**
 * Reads a request whose media may lie elsewhere: once to learn what it points to, and again with that at hand. Without
 * `fetchMedia` a URL is refused.
 */
export async function readWithMedia<T>(
  read: (media: Media) => T,
  fetchMedia: FetchMedia | undefined,
  signal: AbortSignal,
): Promise<T> {
  const places = new Map<string, string>();
  const first = read({
    byUrl(url, path) {
      if (fetchMedia === undefined) return wrong(path, 'must be a data URL: this gateway fetches nothing');
      places.set(url, path);
      return NOTHING;
    },
  });
  if (places.size === 0 || fetchMedia === undefined) return first;
  const parts = new Map(
    await Promise.all(
      [...places].map(async ([url, path]) => [url, await fetched(url, path, fetchMedia, signal)] as const),
    ),
  );
  return read({ byUrl: (url) => parts.get(url) ?? NOTHING });
}

async function fetched(
  url: string,
  path: string,
  fetchMedia: FetchMedia,
  signal: AbortSignal,
): Promise<ImagePart | FilePart> {
  try {
    return await abortable(fetchMedia(url, { signal }), signal);
  } catch {
    throw new Refusal('invalid-request', `${path} points to what could not be fetched`, { path });
  }
}
