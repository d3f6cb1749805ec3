import {
  fromJson,
  LlmError,
  messageOf,
  toJson,
  type Attempt,
  type ChatResponse,
  type ErrorDetails,
  type JsonValue,
} from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { textOf } from './cases.ts';
import type { RecordedCall, StoredError } from './recordings.ts';

/** Returns a response as JSON, without members that the message contains and without a typed value. */
export function storeResponse(response: ChatResponse): JsonValue {
  const { parts: _p, text: _t, toolCalls: _c, attempts, ...rest } = response;
  return toJson({ ...rest, value: undefined, attempts: attempts.map(storeAttempt) });
}

/** Restores a response that `storeResponse` returned. */
export function loadResponse(json: unknown): ChatResponse {
  const stored = fromJson<Omit<ChatResponse, 'parts' | 'text' | 'toolCalls'>>(json);
  const { parts } = stored.message;
  return {
    ...stored,
    parts,
    text: textOf(stored.message),
    toolCalls: parts.filter((part) => part.type === 'tool-call'),
    attempts: stored.attempts.map(loadAttempt),
  };
}

const storeAttempt = ({ error, ...attempt }: Attempt): object => ({
  ...attempt,
  ...(error !== undefined && { error: storeError(error) }),
});

function loadAttempt(stored: Attempt): Attempt {
  const error: Error | undefined = stored.error && loadError(stored.error as unknown as StoredError);
  return { ...stored, error: LlmError.is(error) ? error : undefined };
}

/** Returns an error as JSON, without its stack and cause. */
export function storeError(error: unknown): StoredError {
  if (!LlmError.is(error)) return { kind: 'error', message: messageOf(error) };
  const { recover: _function, attempts, ...rest } = error.details;
  const details = toJson({ ...rest, attempts: attempts.map(storeAttempt) });
  return { kind: error.kind, message: error.message, details };
}

/** Restores an error that `storeError` returned. */
export function loadError({ kind, message, details }: StoredError): Error {
  if (kind === 'error') return new Error(message);
  const { attempts = [], ...rest } = fromJson<Partial<ErrorDetails>>(details ?? {});
  return new LlmError(kind, message, { ...rest, attempts: attempts.map(loadAttempt) });
}

/** Returns the value of an effect as JSON. A response is stored by `storeResponse`, because its attempts may contain errors, which are not JSON. */
export function storeValue(value: unknown): JsonValue {
  if (isResponse(value)) return { response: storeResponse(value) };
  return toJson({ json: value });
}

/** Restores a value that `storeValue` returned. */
export function loadValue(stored: unknown): unknown {
  if (!isRecord(stored)) return undefined;
  return 'response' in stored ? loadResponse(stored['response']) : fromJson(stored['json']);
}

/** Returns the attempts of a stored response or error, or of a response that an effect returned. */
export function loadAttempts({ response, error, value }: RecordedCall): readonly Attempt[] {
  const stored = response ?? error?.details ?? (isRecord(value) ? value['response'] : undefined);
  const { attempts = [] } = fromJson<Partial<Pick<ChatResponse, 'attempts'>>>(stored ?? {});
  return attempts.map(loadAttempt);
}

/** Whether a value is a response of a model. */
export const isResponse = (value: unknown): value is ChatResponse =>
  isRecord(value) &&
  isRecord(value['message']) &&
  Array.isArray(value['parts']) &&
  Array.isArray(value['attempts']) &&
  'target' in value;
