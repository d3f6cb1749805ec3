import type { Attempt, ChatResponse, EmbeddingResponse } from '@majordomo/core';
import { restoredAttempt } from '@majordomo/core/toolkit';
import type { ItemAttempt, StoredResponse } from './record.ts';

export type AnyResponse = ChatResponse | EmbeddingResponse;

/** Returns a response in its stored form. Vectors are stored as bytes. */
export function storedResponse(response: AnyResponse): StoredResponse {
  const { attempts: _attempts, ...stored } = response;
  if ('vectors' in stored) return { ...stored, vectors: stored.vectors.map(bytesOf) };
  const { parts: _parts, ...chat } = stored;
  return chat;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Returns a stored response with the attempts of its item. */
export function responseOf(stored: StoredResponse, attempts: readonly Attempt[]): AnyResponse {
  if (!('vectors' in stored)) return { ...stored, parts: stored.message.parts, attempts };
  return {
    ...stored,
    // A copy begins at offset 0 of its buffer, and a `Float32Array` needs an offset that is a multiple of 4.
    vectors: stored.vectors.map((bytes) => new Float32Array(bytes.slice().buffer)),
    attempts,
  };
}

/**
 * Returns a stored attempt in the form in which a call lists attempts. Such an attempt has `usage`, which JSON omits if it is
 * undefined.
 */
export const itemAttempt = ({ via: _via, batch: _batch, nanoUsd: _cost, ...attempt }: ItemAttempt): Attempt =>
  restoredAttempt({ ...attempt, usage: attempt.usage });
