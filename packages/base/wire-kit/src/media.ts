import type { AudioPart, ImagePart, Replay } from '@majordomo/core';
import { concatBytes, fromBase64, sniffAudio, sniffMediaType } from '@majordomo/core/toolkit';

/** Returns bytes in base64, or `undefined` for invalid base64. Accepts concatenated pieces, each with its own padding. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return concatBytes((text.match(/[^=]+={0,2}/g) ?? []).map((piece) => fromBase64(piece)));
  } catch {
    return undefined;
  }
}

/** Returns an image that a model generated. The type that the bytes indicate takes precedence over `mediaType`. */
export function generatedImage(bytes: Uint8Array, mediaType = 'image/png', replay?: Replay): ImagePart {
  const type = sniffMediaType(bytes) ?? mediaType;
  return { type: 'image', mediaType: type, bytes, ...(replay !== undefined && { replay }) };
}

/** Returns audio that a model generated. Without a type, audio of an unknown format is raw samples. */
export function generatedAudio(bytes: Uint8Array, mediaType = 'audio/pcm', replay?: Replay): AudioPart {
  const type = sniffAudio(bytes) ?? mediaType;
  return { type: 'audio', mediaType: type, bytes, ...(replay !== undefined && { replay }) };
}
