import { LlmError, type Attempt, type ChatResponse, type EmbeddingResponse } from '@majordomo/core';
import type { StoredAttempt, StoredError, StoredResponse } from './record.ts';

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
    vectors: stored.vectors.map((bytes) => new Float32Array(bytes.slice().buffer)),
    attempts,
  };
}

/** Returns an error without its attempts, which the item stores separately. */
export function storedError({ kind, message, details }: LlmError): StoredError {
  const { attempts: _attempts, vectors: _vectors, recover: _recover, ...others } = details;
  return { kind, message, details: others };
}

/** Returns a stored error, with the attempts of its item. */
export const errorOf = (
  { kind, message, details }: StoredError,
  attempts: readonly Attempt[] = [],
): LlmError => new LlmError(kind, message, { ...details, attempts });

/** Returns a stored attempt in the form in which a call lists attempts. */
export function attemptOf({ via: _via, batch: _batch, nanoUsd: _cost, ...attempt }: StoredAttempt): Attempt {
  const { error, usage } = attempt;
  return { ...attempt, usage, error: error && errorOf(error) };
}
