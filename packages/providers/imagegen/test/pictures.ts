import type { ImagePart } from '@majordomo/core';

/** A PNG of one pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const JPEG = '/9j/4AAQSkZJRgABAQ==';

export const png: ImagePart = {
  type: 'image',
  mediaType: 'image/png',
  bytes: Uint8Array.from(atob(PNG), (character) => character.charCodeAt(0)),
};
