import {
  fromJson,
  LlmError,
  toJson,
  type Attempt,
  type ChatResponse,
  type EmbeddingResponse,
  type ErrorDetails,
  type ErrorKind,
  type JsonObject,
} from '@majordomo/core';
import type { BatchRow } from './contract.ts';
import type { ItemData, StoredAttempt, StoredError } from './record.ts';

export type AnyResponse = ChatResponse | EmbeddingResponse;

/** Returns the attempts and the result of an item. */
export const dataOf = ({ data }: Pick<BatchRow, 'data'>): ItemData =>
  data === undefined ? { attempts: [] } : (JSON.parse(data) as ItemData);

/** Returns a response as JSON, without `attempts`, and without the parts that `message` already contains. */
export function storedResponse(response: AnyResponse): JsonObject {
  const { attempts: _attempts, ...stored } = response;
  if ('vectors' in stored) return toJson({ ...stored, vectors: stored.vectors.map(bytesOf) }) as JsonObject;
  const { parts: _parts, ...chat } = stored;
  return toJson(chat) as JsonObject;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Returns a stored response with the attempts of its item. */
export function responseOf(stored: JsonObject, attempts: readonly Attempt[]): AnyResponse {
  const response = fromJson<Omit<AnyResponse, 'attempts'>>(stored);
  if ('vectors' in response) {
    const vectors = response.vectors as readonly Uint8Array[];
    return { ...response, vectors: vectors.map((bytes) => new Float32Array(bytes.slice().buffer)), attempts };
  }
  const chat = response as Omit<ChatResponse, 'attempts' | 'parts'>;
  return { ...chat, parts: chat.message.parts, attempts };
}

/** Returns an error as JSON, without attempts, which the item stores separately. */
export function storedError({ kind, message, details }: LlmError): StoredError {
  const { attempts: _attempts, vectors: _vectors, recover: _recover, ...others } = details;
  return { kind, message, details: toJson(others) as JsonObject };
}

/** Returns a stored error, with the attempts of its item. */
export function errorOf(
  { kind, message, details }: StoredError,
  attempts: readonly Attempt[] = [],
): LlmError {
  return new LlmError(kind as ErrorKind, message, {
    ...fromJson<Partial<ErrorDetails>>(details ?? {}),
    attempts,
  });
}

/** Returns a stored attempt in the form in which a call lists attempts. */
export function attemptOf({ via: _via, batch: _batch, nanoUsd: _cost, ...attempt }: StoredAttempt): Attempt {
  const { error, usage } = attempt;
  return { ...attempt, usage, error: error && errorOf(error) };
}
