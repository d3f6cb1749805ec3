import { LlmError } from '@majordomo/core';
import type { ErrorKind } from '@majordomo/core';
import { asRecord, asText, type HeaderReader } from '@majordomo/core/toolkit';
import { truncateBody, transportError, wireError, type ErrorContext } from '@majordomo/wire-kit';
import { recoveryFor } from './recovery.ts';

/** The answer to a request that was refused. */
export interface HttpFacts {
  readonly status: number;
  readonly headers: HeaderReader;
}

/** Whatever the SDK or the transport threw, as the one error. */
export const toLlmError = (error: unknown, facts: ErrorContext): LlmError =>
  transportError(error, facts.target, facts.secrets);

/**
 * A refusal, read from its own body: the SDK keeps no headers of it, and turns an error object into
 * "[object Object]". Without `http` it came inside a 200.
 */
export function refusal(given: unknown, facts: ErrorContext, http?: HttpFacts): LlmError {
  const body = truncateBody(given);
  const message = messageOf(body);
  return wireError({
    target: facts.target,
    status: http?.status,
    kind: kindFrom(http?.status, message),
    message: message.slice(0, LONGEST_MESSAGE),
    requestId: http?.headers.get('x-request-id') ?? /\(ref: ([\w-]+)\)/.exec(message)?.[1],
    headers: http?.headers,
    body,
    secrets: facts.secrets,
    recover: recoveryFor(http?.status, message, facts),
  });
}

/** The error for an HTTP status with its text. */
export function httpError(text: string, http: HttpFacts, facts: ErrorContext): LlmError {
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page: its text is all there is.
  }
  return refusal(body, facts, http);
}

const LONGEST_MESSAGE = 600;

/** `{"error":"…"}`, and in the cloud `{"error":{"message":"…"}}`. */
function messageOf(body: unknown): string {
  if (typeof body === 'string') return body;
  const { error } = asRecord(body);
  return asText(error) ?? asText(asRecord(error)['message']) ?? '';
}

/**
 * The wire has no codes, only texts. Seen 2025-2026 in the server's source and in reports of users of the cloud;
 * inside a stream there is no status either.
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

/** Texts speak where the status is coarse or missing; a 401 and a 404 say enough. */
function kindFrom(status: number | undefined, message: string): ErrorKind | undefined {
  if (status === 401 || status === 404) return undefined;
  const [, kind] = BY_TEXT.find(([pattern]) => pattern.test(message)) ?? [];
  // A gateway's 5xx page may hold any of these words by chance: only the load is believed.
  return status !== undefined && status >= 500 && kind !== 'overloaded' ? undefined : kind;
}
