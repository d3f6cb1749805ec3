import {
  fromJson,
  LlmError,
  toJson,
  type Attempt,
  type ErrorDetails,
  type ErrorKind,
  type JsonValue,
} from '@majordomo/core';
import { tryParseJson } from '@majordomo/core/toolkit';

interface Failure {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly details: Omit<Partial<ErrorDetails>, 'attempts'>;
  readonly attempts: readonly FailedAttempt[];
}

type FailedAttempt = Omit<Attempt, 'error'> & { readonly error?: Failure | undefined };

/** Returns the error as JSON, without its cause, which may contain secrets. */
export const errorToJson = (error: LlmError): JsonValue => toJson(describeFailure(error));

/** Restores an error from the result of `errorToJson`, as JSON or as a string. Returns `undefined` for any other value. */
export function errorFromJson(json: unknown): LlmError | undefined {
  const failure = fromJson<Partial<Failure> | null | undefined>(
    typeof json === 'string' ? tryParseJson(json) : json,
  );
  if (typeof failure?.kind !== 'string' || typeof failure.message !== 'string') return undefined;
  const { kind, message, details, attempts = [] } = failure;
  return new LlmError(kind, message, {
    ...details,
    attempts: attempts.map((attempt) => ({
      ...attempt,
      usage: attempt.usage,
      error: errorFromJson(attempt.error),
    })),
  });
}

function describeFailure({ kind, message, details }: LlmError): Failure {
  const { attempts, recover: _recover, vectors: _vectors, ...known } = details;
  const attemptFacts = attempts.map(({ error, ...attempt }) => ({
    ...attempt,
    error: error && describeFailure(error),
  }));
  return { kind, message, details: known, attempts: attemptFacts };
}
