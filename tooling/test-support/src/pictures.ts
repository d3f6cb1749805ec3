import type { ImagePart } from '@majordomo/core';

/** PNG of one pixel, as base64. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Image part with `PNG`. */
export const png: ImagePart & { readonly bytes: Uint8Array<ArrayBuffer> } = {
  type: 'image',
  mediaType: 'image/png',
  bytes: new Uint8Array(Buffer.from(PNG, 'base64')),
};
