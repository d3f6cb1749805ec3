import {
  fromJson,
  LlmError,
  messageOf,
  toJson,
  type Attempt,
  type ChatResponse,
  type ErrorDetails,
  type ErrorKind,
  type JsonValue,
} from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { textOf } from './cases.ts';

/** Error as JSON. Kind `error` is an error that is not an `LlmError`. */
export interface StoredError {
  readonly kind: ErrorKind | 'error';
  readonly message: string;
  readonly details?: JsonValue | undefined;
}

/** Returns a response as JSON, without members that the message contains and without a typed value. */
export function storeResponse(response: ChatResponse): JsonValue {
  const { parts: _p, text: _t, toolCalls: _c, attempts, ...rest } = response;
  const { value: _v, ...stored } = { value: undefined, ...rest };
  return toJson({ ...stored, attempts: attempts.map(storeAttempt) });
}

const storeAttempt = ({ error, ...attempt }: Attempt): object => ({
  ...attempt,
  ...(error !== undefined && { error: storeError(error) }),
});

/** Returns the response of `storeResponse`. */
export function loadResponse(json: unknown): ChatResponse {
  const stored = fromJson<Omit<ChatResponse, 'parts' | 'text' | 'toolCalls'>>(json);
  const { parts } = stored.message;
  return {
    ...stored,
    id: stored.id,
    rawFinish: stored.rawFinish,
    usage: stored.usage,
    parts,
    text: textOf(stored.message),
    toolCalls: parts.filter((part) => part.type === 'tool-call'),
    attempts: stored.attempts.map(loadAttempt),
  };
}

const loadAttempt = (stored: Attempt): Attempt => ({
  ...stored,
  usage: stored.usage,
  error: loadAttemptError(stored.error),
});

const loadAttemptError = (stored: unknown): LlmError | undefined => {
  const error = stored === undefined ? undefined : loadError(stored as StoredError);
  return LlmError.is(error) ? error : undefined;
};

/** Returns an error as JSON, without its stack, its cause and vectors. */
export function storeError(error: unknown): StoredError {
  if (!LlmError.is(error)) return { kind: 'error', message: messageOf(error) };
  const { recover: _function, attempts, ...details } = error.details;
  const stored = toJson({ ...details, ...(attempts.length > 0 && { attempts: attempts.map(storeAttempt) }) });
  const isEmpty = isRecord(stored) && Object.keys(stored).length === 0;
  return { kind: error.kind, message: error.message, ...(!isEmpty && { details: stored }) };
}

/** Returns the error of `storeError`. */
export function loadError({ kind, message, details }: StoredError): Error {
  if (kind === 'error') return new Error(message);
  const { attempts = [], ...rest } = fromJson<Partial<ErrorDetails>>(details ?? {});
  return new LlmError(kind, message, { ...rest, attempts: attempts.map(loadAttempt) });
}

/** Returns the value of an effect as JSON. Errors in the attempts of a response become JSON as well. */
export function storeValue(value: unknown): JsonValue | undefined {
  if (value === undefined) return undefined;
  if (isResponse(value)) return { response: storeResponse(value) };
  const [json] = toJson([value]) as readonly JsonValue[];
  return { json };
}

/** Returns the value of `storeValue`. */
export function loadValue(stored: unknown): unknown {
  if (!isRecord(stored)) return undefined;
  return 'response' in stored ? loadResponse(stored['response']) : fromJson(stored['json']);
}

/** Whether a value is a response of a model. */
export const isResponse = (value: unknown): value is ChatResponse =>
  isRecord(value) &&
  isRecord(value['message']) &&
  Array.isArray(value['parts']) &&
  Array.isArray(value['attempts']) &&
  'target' in value;
