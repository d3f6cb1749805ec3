import { LlmError, type ErrorKind, type Recovery } from '@majordomo/core';
import { asRecord, isList, isRecord, type HeaderReader } from '@majordomo/core/toolkit';
import { truncateBody, transportError, wireError, type ErrorContext } from '@majordomo/wire-kit';
import { recoveryFor } from './recovery.ts';

/** `google.rpc.Status` in JSON, as all Google APIs send it. */
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

/** With the headers of the answer: the SDK's ApiError has none. */
export interface GeminiFacts extends ErrorContext {
  headers?: HeaderReader | undefined;
}

/** Whatever the SDK, its auth library or the transport threw, as the one error. */
export const toLlmError = (error: unknown, facts: GeminiFacts): LlmError =>
  transportError(classified(error, facts), facts.target, facts.secrets);

function classified(error: unknown, facts: GeminiFacts): LlmError {
  if (LlmError.is(error)) return error;
  if (!(error instanceof Error)) return transportError(error, facts.target, facts.secrets);
  const status = statusOf(error);
  if (status !== undefined) return apiError(error, status, facts);
  const login = loginError(error, facts.target);
  return login ?? transportError(error, facts.target, facts.secrets);
}

/** An error object inside a body that came with 200. */
export function inBandError(error: WireError, facts: GeminiFacts): LlmError {
  return fromWireError(error, error.code, { ...facts, headers: undefined }, undefined);
}

/** @google/genai 3.1 throws `ApiError`: a status, and the body as JSON in the message. */
function apiError(error: Error, status: number, facts: GeminiFacts): LlmError {
  return fromWireError(bodyOf(error.message), status, facts, error);
}

const statusOf = (error: Error): number | undefined =>
  error.name === 'ApiError' && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;

function bodyOf(text: string): WireError {
  try {
    const body: unknown = JSON.parse(text);
    const first = isList(body) ? body[0] : body;
    if (isRecord(first) && 'error' in first) return asRecord(first['error']);
  } catch {
    // A proxy's page: its text is all there is.
  }
  return { message: text };
}

function fromWireError(
  given: WireError,
  status: number | undefined,
  facts: GeminiFacts,
  cause: unknown,
): LlmError {
  const said: WireError = asRecord(truncateBody(given));
  const details = Array.isArray(said.details) ? (said.details as readonly WireErrorDetail[]) : [];
  const reason = details.find((detail) => detail.reason !== undefined)?.reason;
  const message = typeof said.message === 'string' ? said.message.slice(0, LONGEST_MESSAGE) : undefined;
  return wireError({
    target: facts.target,
    status,
    kind: kindFrom(status, reason, message ?? '', details),
    code: reason ?? said.status,
    message,
    headers: withRetryDelay(facts.headers, details),
    body: { error: said },
    secrets: facts.secrets,
    cause,
    recover: recovery(status, message ?? '', facts),
  });
}

const LONGEST_MESSAGE = 600;

function recovery(
  status: number | undefined,
  message: string,
  { request, credential }: GeminiFacts,
): Recovery | undefined {
  if (status === 401) return credential?.();
  return status === 400 && request !== undefined ? recoveryFor(message, request) : undefined;
}

/** Reasons of `google.rpc.ErrorInfo` that say more than the status. */
const BY_REASON: Readonly<Record<string, ErrorKind>> = {
  API_KEY_INVALID: 'auth',
  API_KEY_EXPIRED: 'auth',
  BILLING_DISABLED: 'billing',
  CONSUMER_SUSPENDED: 'billing',
};

/** A request or a PDF that another model of the chain may take. */
const TOO_LARGE = /payload size exceeds|exceeds the supported page limit/i;

/** Only what the shared tables cannot know; 499 is Google's word for a call that was given up. */
function kindFrom(
  status: number | undefined,
  reason: string | undefined,
  message: string,
  details: readonly WireErrorDetail[],
): ErrorKind | undefined {
  const named = reason !== undefined && Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined;
  if (named !== undefined) return named;
  if (status === 400 && /api key (?:not valid|expired)/i.test(message)) return 'auth';
  if (status === 400 && TOO_LARGE.test(message)) return 'unsupported';
  if (status === 499) return 'server';
  if (status !== 429) return undefined;
  if (/credits are depleted|spending cap/i.test(message)) return 'billing';
  const isDaily = details.some(({ violations = [] }) =>
    violations.some(({ quotaId }) => /PerDay/.test(quotaId ?? '')),
  );
  return isDaily ? 'quota' : undefined;
}

/** `google.rpc.RetryInfo` stands in the body, as seconds with an `s`: it goes before the headers. */
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

/** google-auth-library has no classes to test against before it is loaded: its texts tell. */
function loginError(error: Error, target: string): LlmError | undefined {
  if (/invalid_grant|invalid_rapt|reauth/i.test(error.message)) {
    const message = `the Google login for ${target} has expired: log in again with gcloud auth application-default login`;
    return new LlmError('auth', message, { target, code: 'login-required' }, { cause: error });
  }
  if (!/default credentials|metadata (?:server|lookup)|credential file/i.test(error.message))
    return undefined;
  const message = `no credentials for ${target}: pass token or apiKey, or set up application default credentials`;
  return new LlmError('auth', message, { target, status: 401, code: 'missing-key' }, { cause: error });
}
