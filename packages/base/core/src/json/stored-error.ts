import { type Attempt, type ErrorDetails, type ErrorKind, LlmError } from '../types/llm-error.ts';
import type { JsonObject } from '../types/schema.ts';
import { fromJson, toJson } from './codec.ts';

/** Error as JSON, without its attempts, without its cause, which may contain secrets, and without vectors and functions. */
export interface StoredError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details?: JsonObject | undefined;
}

/** Attempt as JSON. */
export interface StoredAttempt extends Omit<Attempt, 'error'> {
  readonly error?: StoredError | undefined;
}

/** Returns an error as JSON. */
export function storedError({ kind, message, details }: LlmError): StoredError {
  const { attempts: _attempts, recover: _recover, vectors: _vectors, ...others } = details;
  return { kind, message, details: toJson(others) as JsonObject };
}

/** Returns a stored error with these attempts. */
export function errorOf(
  { kind, message, details }: StoredError,
  attempts: readonly Attempt[] = [],
): LlmError {
  return new LlmError(kind, message, { ...fromJson<Partial<ErrorDetails>>(details ?? {}), attempts });
}

/** Returns an attempt as JSON. */
export const storedAttempt = ({ error, ...others }: Attempt): StoredAttempt =>
  error === undefined ? others : { ...others, error: storedError(error) };

/** Returns a stored attempt. */
export const attemptOf = ({ error, usage, ...others }: StoredAttempt): Attempt => ({
  ...others,
  usage,
  error: error && errorOf(error),
});
