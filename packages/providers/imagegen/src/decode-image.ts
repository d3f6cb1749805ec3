import { LlmError, type ImagePart } from '@majordomo/core';
import { sniffMediaType } from '@majordomo/core/toolkit';
import { bytesOfBase64 } from '@majordomo/wire-kit/internal';

/** Origin of an image: the target and the path in its response. Errors contain both. */
export interface ImageLocation {
  readonly target: string;
  /** Path in the response, such as `data[0].b64_json`. */
  readonly path: string;
}

/** Decodes an image from base64 or a data URL. The bytes determine the media type. Throws `protocol` for invalid data. */
export function imageFromBase64(text: unknown, location: ImageLocation): ImagePart {
  if (typeof text !== 'string' || text === '') throw imageError(location, 'contains no base64');
  // Some servers use the URL-safe alphabet.
  const bytes = bytesOfBase64(text.replace(DATA_URL, '').replaceAll('-', '+').replaceAll('_', '/'));
  if (bytes === undefined) throw imageError(location, 'contains invalid base64');
  return imageFromBytes(bytes, location);
}

/** Returns the bytes as an image part. The bytes determine the media type. Throws `protocol` if they are not an image. */
export function imageFromBytes(bytes: Uint8Array, location: ImageLocation): ImagePart {
  const mediaType = sniffMediaType(bytes);
  if (mediaType?.startsWith('image/') !== true)
    throw imageError(location, `contains ${bytes.length} bytes that are not an image`);
  return { type: 'image', mediaType, bytes };
}

const DATA_URL = /^data:[\w.+/-]*(?:;[\w=.-]+)*;base64,/i;

/** Returns the error for a response that does not contain the expected image. */
export function imageError({ target, path }: ImageLocation, what: string): LlmError {
  const message = `${target}: the response has no valid image (${path || 'the body'} ${what}); try again, or use another target`;
  return new LlmError('protocol', message, { target, path });
}
