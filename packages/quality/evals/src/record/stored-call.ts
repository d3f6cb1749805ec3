import { costOfResponse, sumCosts, type Catalog, type Cost } from '@majordomo/catalog';
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
import {
  isRecord,
  restoredAttempt,
  restoredError,
  storedAttempt,
  storedError,
} from '@majordomo/core/toolkit';
import type { StoredAttempt } from '@majordomo/core/toolkit';
import { isResponse, textOf, toolCallsOf } from '../definition/output.ts';
import type { RecordedCall, StoredError } from './recordings.ts';

/** Returns a response as JSON, without members that the message contains and without a typed value. */
export function storeResponse(response: ChatResponse): JsonValue {
  const { parts: _p, text: _t, toolCalls: _c, attempts, ...rest } = response;
  return toJson({ ...rest, value: undefined, attempts: attempts.map(storedAttempt) });
}

/** Response as `storeResponse` returns it. */
interface StoredResponse extends Omit<ChatResponse, 'parts' | 'text' | 'toolCalls' | 'attempts'> {
  readonly attempts: readonly StoredAttempt[];
}

/** Restores a response that `storeResponse` returned. */
export function loadResponse(json: unknown): ChatResponse {
  const stored = fromJson<StoredResponse>(json);
  const { message, attempts } = stored;
  return {
    ...stored,
    parts: message.parts,
    text: textOf(message),
    toolCalls: toolCallsOf(message),
    attempts: attempts.map(restoredAttempt),
  };
}

/** Returns an error as JSON, without its stack and cause. */
export function storeError(error: unknown): StoredError {
  if (!LlmError.is(error)) return { kind: 'error', message: messageOf(error) };
  const { kind, message, details } = storedError(error);
  const attempts = error.details.attempts.map(storedAttempt);
  return { kind, message, details: toJson({ ...details, attempts }) };
}

/** Details of an error as `storeError` returns them. */
interface StoredDetails extends Partial<Omit<ErrorDetails, 'attempts'>> {
  readonly attempts?: readonly StoredAttempt[] | undefined;
}

/** Restores an error that `storeError` returned. */
export function loadError({ kind, message, details }: StoredError): Error {
  if (kind === 'error') return new Error(message);
  const { attempts = [], ...rest } = fromJson<StoredDetails>(details ?? {});
  return restoredError({ kind, message, details: rest }, attempts.map(restoredAttempt));
}

/** Returns the value of an effect as JSON. A response is stored by `storeResponse`, because its attempts may contain errors, which are not JSON. */
export const storeValue = (value: unknown): JsonValue =>
  isResponse(value) ? { response: storeResponse(value) } : toJson({ json: value });

/** Restores a value that `storeValue` returned. */
export function loadValue(stored: unknown): unknown {
  if (!isRecord(stored)) return undefined;
  return 'response' in stored ? loadResponse(stored['response']) : fromJson(stored['json']);
}

/** Returns the attempts of a stored response or error, or of a response that an effect returned. */
function loadAttempts({ response, error, value }: RecordedCall): readonly Attempt[] {
  const stored = response ?? error?.details ?? (isRecord(value) ? value['response'] : undefined);
  const { attempts = [] } = fromJson<Partial<Pick<StoredResponse, 'attempts'>>>(stored ?? {});
  return attempts.map(restoredAttempt);
}

/** Returns the cost of recorded calls, including failed attempts, at the prices of the days on which they were made. */
export async function costOfCalls(calls: readonly RecordedCall[], catalog?: Catalog): Promise<Cost> {
  const costs = calls.map((call) =>
    costOfResponse({ attempts: loadAttempts(call) }, { catalog, at: new Date(call.at) }),
  );
  return sumCosts(await Promise.all(costs));
}

/** Returns a cost in decimal nano-dollars, or `undefined` if the cost is unknown. */
export const nanoUsdText = ({ nanoUsd, basis }: Cost): string | undefined =>
  basis === 'included' ? '0' : nanoUsd?.toString();
