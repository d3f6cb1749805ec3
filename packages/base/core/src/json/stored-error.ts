import { type Attempt, type ErrorDetails, type ErrorKind, LlmError } from '../types/llm-error.ts';

/** Data of an error for `toJson`, without its attempts, without its cause, which may contain secrets, and without vectors and functions. */
export interface StoredError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details?: Partial<ErrorDetails> | undefined;
}

/** Data of an attempt for `toJson`. */
export interface StoredAttempt extends Omit<Attempt, 'error'> {
  readonly error?: StoredError | undefined;
}

/** Returns the data of an error. */
export function storedError({ kind, message, details }: LlmError): StoredError {
  const { attempts: _attempts, recover: _recover, vectors: _vectors, ...others } = details;
  return { kind, message, details: others };
}

/** Returns the error of stored data, with these attempts. */
export function restoredError(
  { kind, message, details }: StoredError,
  attempts: readonly Attempt[] = [],
): LlmError {
  return new LlmError(kind, message, { ...details, attempts });
}

/** Returns the data of an attempt. */
export const storedAttempt = ({ error, ...others }: Attempt): StoredAttempt =>
  error === undefined ? others : { ...others, error: storedError(error) };

/** Returns the attempt of stored data. */
export const restoredAttempt = ({ error, usage, ...others }: StoredAttempt): Attempt => ({
  ...others,
  usage,
  error: error && restoredError(error),
});
