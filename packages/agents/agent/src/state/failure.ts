import { fromJson, toJson, type JsonValue, type LlmError } from '@majordomo/core';
import {
  asList,
  asRecord,
  isRecord,
  restoredAttempt,
  restoredError,
  storedAttempt,
  storedError,
  tryParseJson,
  type StoredAttempt,
  type StoredError,
} from '@majordomo/core/toolkit';

type Failure = StoredError & { readonly attempts?: readonly StoredAttempt[] };

/** Returns the error as JSON, without its cause, which may contain secrets. */
export const errorToJson = (error: LlmError): JsonValue =>
  toJson({ ...storedError(error), attempts: error.details.attempts.map(storedAttempt) } satisfies Failure);

/** Restores an error from the result of `errorToJson`, as JSON or as a string. Returns `undefined` for any other value. */
export function errorFromJson(json: unknown): LlmError | undefined {
  const failure = asRecord(fromJson(typeof json === 'string' ? tryParseJson(json) : json));
  if (typeof failure['kind'] !== 'string' || typeof failure['message'] !== 'string') return undefined;
  const { attempts, ...error } = failure as unknown as Failure;
  const complete = asList(attempts).filter(isRecord) as readonly unknown[] as readonly StoredAttempt[];
  return restoredError(error, complete.map(restoredAttempt));
}
