import { sniffMediaType } from '@majordomo/core/toolkit';
import type { Frame, ImageFacts } from './formats/facts.ts';
import { readGif } from './formats/gif.ts';
import { readHeif } from './formats/heif.ts';
import { readJpeg } from './formats/jpeg.ts';
import { readPng } from './formats/png.ts';
import { readWebp } from './formats/webp.ts';

const READERS: Readonly<Record<string, (bytes: Uint8Array) => Frame | undefined>> = {
  'image/png': readPng,
  'image/jpeg': readJpeg,
  'image/gif': readGif,
  'image/webp': readWebp,
  'image/avif': readHeif,
  'image/heic': readHeif,
};

/**
 * Type, size, animation and wholeness by the header alone: microseconds, without sharp. `undefined` for what is not a
 * picture, or says of itself what cannot be.
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
