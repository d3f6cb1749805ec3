import { LlmError, type ErrorKind } from '@majordomo/core';
import { asRecord, isList, isRecord } from '@majordomo/core/toolkit';
import {
  type HeaderReader,
  truncateBody,
  transportError,
  tryParseJson,
  wireError,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { rejectionRecovery } from '@majordomo/wire-kit/internal';
import { RECOVERIES } from './recovery.ts';
import { statusOfName } from './rpc-codes.ts';

/** Error object that all Google APIs send: `google.rpc.Status` in JSON. */
export interface WireError {
  readonly code?: number;
  readonly status?: string;
  readonly message?: string;
  readonly details?: unknown;
}
interface WireErrorDetail {
  readonly reason?: string;
  readonly retryDelay?: string;
  readonly violations?: readonly { readonly quotaId?: string }[];
}

/** Error context with the response headers. The SDK's ApiError does not contain the headers. */
export interface GeminiErrorContext extends ErrorContext {
  readonly headers?: HeaderReader | undefined;
}

/**
 * Converts any failure of a call to an `LlmError`. From the `LlmError` of `classify`, `transportError` only removes the
 * secrets.
 */
export const toLlmError = (error: unknown, facts: GeminiErrorContext): LlmError =>
  transportError(classify(error, facts), facts.target, facts.secrets);

function classify(error: unknown, facts: GeminiErrorContext): LlmError {
  if (LlmError.is(error)) return error;
  if (!(error instanceof Error)) return transportError(error, facts.target, facts.secrets);
  const status = statusOf(error);
  if (status !== undefined) return apiError(error, status, facts);
  const login = loginError(error, facts.target);
  return login ?? transportError(error, facts.target, facts.secrets, facts.server);
}

/** Converts an error object in a response with status 200 to an `LlmError`. */
export function inBandError(error: WireError, facts: ErrorContext): LlmError {
  return fromWireError(error, error.code ?? statusOfName(error.status), facts, {});
}

/** Converts an `ApiError` of @google/genai 3.1. Its `status` is the HTTP status. Its `message` is the body, usually JSON. */
function apiError(error: Error, status: number, facts: GeminiErrorContext): LlmError {
  return fromWireError(bodyOf(error.message), status, facts, { headers: facts.headers, cause: error });
}

const statusOf = (error: Error): number | undefined =>
  error.name === 'ApiError' && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;

function bodyOf(text: string): WireError {
  // The body may be another text, for example a page of a proxy.
  const body = tryParseJson(text);
  const first = isList(body) ? body[0] : body;
  return isRecord(first) && 'error' in first ? asRecord(first['error']) : { message: text };
}

function fromWireError(
  body: WireError,
  status: number | undefined,
  facts: ErrorContext,
  { headers, cause }: { readonly headers?: HeaderReader | undefined; readonly cause?: unknown },
): LlmError {
  const error: WireError = asRecord(truncateBody(body));
  const details = Array.isArray(error.details) ? (error.details as readonly WireErrorDetail[]) : [];
  const reason = details.find((detail) => detail.reason !== undefined)?.reason;
  const message = typeof error.message === 'string' ? error.message.slice(0, MAX_MESSAGE_LENGTH) : undefined;
  const recover = rejectionRecovery({ status, message: message ?? '' }, facts, RECOVERIES);
  return wireError({
    target: facts.target,
    status,
    // The status of a missing file is 403, like that of a rejected key.
    kind: recover?.goneFiles ? 'not-found' : kindFrom(status, reason, message ?? '', details),
    code: reason ?? error.status,
    message,
    headers: withRetryDelay(headers, details),
    body: { error },
    secrets: facts.secrets,
    cause,
    recover,
  });
}

/** Maximum length of a message in characters. A body that is not JSON, such as a page of a proxy, is itself the message. */
const MAX_MESSAGE_LENGTH = 600;

/** Error kinds by the reason in `google.rpc.ErrorInfo`, which is more specific than the status. */
const BY_REASON: Readonly<Record<string, ErrorKind>> = {
  API_KEY_INVALID: 'auth',
  API_KEY_EXPIRED: 'auth',
  BILLING_DISABLED: 'billing',
  CONSUMER_SUSPENDED: 'billing',
};

const TOO_LARGE = /payload size exceeds|exceeds the supported page limit/i;

/** Returns the error kind for a failure that core's tables do not contain. Google sends status 499 for a cancelled call. */
function kindFrom(
  status: number | undefined,
  reason: string | undefined,
  message: string,
  details: readonly WireErrorDetail[],
): ErrorKind | undefined {
  const known = reason !== undefined && Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined;
  if (known !== undefined) return known;
  if (status === 400 && /api key (?:not valid|expired)/i.test(message)) return 'auth';
  if (status === 400 && /enable billing/i.test(message)) return 'billing';
  // The kind is `auth`, because another key may belong to a project in a supported location.
  if (status === 400 && /location is not supported/i.test(message)) return 'auth';
  if (status === 400 && TOO_LARGE.test(message)) return 'unsupported';
  if (status === 499) return 'server';
  if (status !== 429) return undefined;
  if (/credits are depleted|spending cap/i.test(message)) return 'billing';
  const isDaily = details.some(({ violations = [] }) =>
    violations.some(({ quotaId }) => /PerDay/.test(quotaId ?? '')),
  );
  return isDaily ? 'quota' : undefined;
}

/** Adds the delay in `google.rpc.RetryInfo` (seconds, with the suffix `s`). This delay takes precedence over the headers. */
function withRetryDelay(
  headers: HeaderReader | undefined,
  details: readonly WireErrorDetail[],
): HeaderReader | undefined {
  const delay = details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(delay ?? '')?.[1]);
  if (Number.isNaN(seconds)) return headers;
  return {
    get: (name) => (name === 'retry-after-ms' ? String(seconds * 1000) : (headers?.get(name) ?? null)),
  };
}

/** Converts an error of google-auth-library. Recognizes it by its message, because the error classes are not loaded. */
function loginError(error: Error, target: string): LlmError | undefined {
  if (/invalid_grant|invalid_rapt|reauth/i.test(error.message)) {
    const message = `${target}: the Google login has expired or is invalid; log in again with gcloud auth application-default login, or replace the service account key`;
    return new LlmError('auth', message, { target, code: 'login-required' }, { cause: error });
  }
  if (!/default credentials|metadata (?:server|lookup)|credential file/i.test(error.message))
    return undefined;
  const message = `${target}: no credentials found; pass token or apiKey, or set up application default credentials`;
  return new LlmError('auth', message, { target, status: 401, code: 'missing-key' }, { cause: error });
}
