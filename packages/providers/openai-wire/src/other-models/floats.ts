import { fromBase64 } from '@majordomo/core/toolkit';
import { asVector } from '@majordomo/wire-kit/internal';

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** Decodes a vector: base64 of little-endian 32-bit floats, or an array of numbers. Returns `undefined` for any other value. */
export function vectorOf(value: unknown): Float32Array | undefined {
  return typeof value === 'string' ? floatsIn(value) : asVector(value);
}

function floatsIn(text: string): Float32Array | undefined {
  try {
    const bytes = fromBase64(text);
    if (bytes.length === 0 || bytes.length % BYTES !== 0) return undefined;
    return new Float32Array(bytes.buffer);
  } catch {
    return undefined;
  }
}
