import type { ErrorKind, LlmError } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import {
  type HeaderReader,
  truncateBody,
  tryParseJson,
  wireError,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { recoveryFor } from './recovery.ts';

export interface HttpFacts {
  readonly status: number;
  readonly headers: HeaderReader;
}

/**
 * Converts the body of an error response. Replaces the SDK's conversion, which drops the headers and converts an error object to
 * "[object Object]". If `http` is not set, the error is in a response with status 200.
 */
export function responseError(rawBody: unknown, facts: ErrorContext, http?: HttpFacts): LlmError {
  const body = truncateBody(rawBody);
  const message = messageOf(body);
  return wireError({
    target: facts.target,
    status: http?.status,
    kind: kindFrom(http?.status, message),
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    requestId: http?.headers.get('x-request-id') ?? /\(ref: ([\w-]+)\)/.exec(message)?.[1],
    headers: http?.headers,
    body,
    secrets: facts.secrets,
    recover: recoveryFor(http?.status, message, facts),
  });
}

/** Converts an error response with its status and headers to an `LlmError`. */
export const httpError = (text: string, http: HttpFacts, facts: ErrorContext): LlmError =>
  responseError(tryParseJson(text) ?? text, facts, http);

const MAX_MESSAGE_LENGTH = 600;

/** Returns the message of `{"error":"…"}`, or of `{"error":{"message":"…"}}`, which the cloud sends. */
function messageOf(body: unknown): string {
  if (typeof body === 'string') return body;
  const { error } = asRecord(body);
  return asText(error) ?? asText(asRecord(error)['message']) ?? '';
}

/**
 * Error kinds by message, because the API has no error codes, and an error inside a stream has no status. Sources: the server's
 * code, and reports about the cloud (2025 and 2026).
 */
const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [/(?:hourly|session|daily|weekly|monthly) usage limit/i, 'quota'],
  [/requires a (?:paid )?subscription|upgrade for access/i, 'billing'],
  [/high demand|overloaded|server busy|maximum pending requests|too busy/i, 'overloaded'],
  [/too many (?:concurrent )?requests|rate limit/i, 'rate-limit'],
  [/input length exceeds the context length/i, 'context-overflow'],
  [/does not support embed/i, 'unsupported'],
  [/does not support (?:tools|chat|images?|vision)|missing data required for image/i, 'unsupported'],
  [/try pulling it first|file does not exist|model ['"][^'"]+['"] not found/i, 'not-found'],
  [/^unauthorized$/i, 'auth'],
];

/** Returns the error kind by message, unless the status is sufficient, as for 401 and 404. */
function kindFrom(status: number | undefined, message: string): ErrorKind | undefined {
  if (status === 401 || status === 404) return undefined;
  const [, kind] = BY_TEXT.find(([pattern]) => pattern.test(message)) ?? [];
  // The text of a gateway's 5xx page may match other patterns accidentally, so only `overloaded` is accepted.
  return status !== undefined && status >= 500 && kind !== 'overloaded' ? undefined : kind;
}
