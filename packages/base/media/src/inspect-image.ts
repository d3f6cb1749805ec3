import { sniffMediaType } from '@majordomo/core/toolkit';
import type { ImageHeader, ImageFacts } from './formats/facts.ts';
import { readGif } from './formats/gif.ts';
import { readHeif } from './formats/heif.ts';
import { readJpeg } from './formats/jpeg.ts';
import { readPng } from './formats/png.ts';
import { readWebp } from './formats/webp.ts';

const READERS: Readonly<Record<string, (bytes: Uint8Array) => ImageHeader | undefined>> = {
  'image/png': readPng,
  'image/jpeg': readJpeg,
  'image/gif': readGif,
  'image/webp': readWebp,
  'image/avif': readHeif,
  'image/heic': readHeif,
};

/**
 * Returns the type and the size of an image, and whether it is animated and complete, without sharp. Returns `undefined` for
 * bytes that are not an image, or whose header is invalid.
 */
export function inspectImage(bytes: Uint8Array): ImageFacts | undefined {
  const mediaType = sniffMediaType(bytes);
  if (mediaType?.startsWith('image/') !== true) return undefined;
  const read = READERS[mediaType];
  if (read === undefined) {
    return {
      mediaType,
      width: undefined,
      height: undefined,
      animated: false,
      complete: true,
      decodeBytes: undefined,
    };
  }
  const frame = read(bytes);
  if (frame === undefined || frame.width === 0 || frame.height === 0) return undefined;
  return { mediaType, ...frame };
}
