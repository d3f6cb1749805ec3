import { LlmError, type ErrorKind } from '@majordomo/core';
import { asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { plainTextOf, truncateBody, transportError, wireError, type ErrorContext } from '@majordomo/wire-kit';
import { rejectionRecovery } from '@majordomo/wire-kit/internal';
import { RECOVERIES } from './recovery.ts';

/** Error kinds by `error.details.error_code` (types of @anthropic-ai/sdk 1.12), for codes with an ambiguous HTTP status. */
const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  // These errors concern the account, so another key of a pool may work.
  claude_code_key_creator_not_member: 'auth',
  cmek_key_disabled: 'auth',
  cmek_key_network_blocked: 'auth',
  organization_on_hold: 'auth',
  // Another model of the chain may accept larger images.
  image_dimensions_too_large: 'unsupported',
  linked_organization_billing_unavailable: 'billing',
  user_profile_billing_not_authorized: 'billing',
  user_profile_not_billable: 'billing',
  contract_spend_limit_reached: 'quota',
  enforced_spend_limit_reached: 'quota',
  linked_organization_spend_limit_reached: 'quota',
};

/** Error kinds by message, for failures that the API reports as `invalid_request_error` (observed 2025-02 to 2026-11). */
const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [/blocked by content filtering/i, 'content-filter'],
  [/credit balance is too low/i, 'billing'],
  [/reached your specified API usage limits/i, 'quota'],
  [/exceed context limit/i, 'context-overflow'],
  // "A maximum of 100 PDF pages may be provided." Another model of the chain may accept more pages.
  [/maximum of \d+ PDF pages/i, 'unsupported'],
];

/**
 * Converts any failure of a call to an `LlmError`. Recognizes SDK errors by their properties, because the SDK is loaded lazily
 * and its error classes may not be available. From the `LlmError` of `classify`, `transportError` only removes the secrets.
 */
export const toLlmError = (error: unknown, facts: ErrorContext): LlmError =>
  transportError(classify(error, facts), facts.target, facts.secrets);

function classify(error: unknown, facts: ErrorContext): LlmError {
  if (!isRecord(error)) return transportError(error, facts.target, facts.secrets);
  const { status, name, headers, cause } = error;
  if (typeof status === 'number') {
    return responseError(error['error'], facts, {
      status,
      headers: isHeaders(headers) ? headers : undefined,
      plainText: plainTextOf(asText(error['message']) ?? '', status),
      cause: error,
    });
  }
  if (name === 'AnthropicError') {
    // The SDK could not create a client, for example because the SDK runs in a browser.
    return new LlmError('config', String(error['message']), { target: facts.target }, { cause: error });
  }
  if (name === 'APIConnectionTimeoutError') {
    const { target, secrets } = facts;
    return wireError({ target, secrets, kind: 'timeout', message: 'the connection timed out', cause: error });
  }
  const reason = name === 'APIConnectionError' ? cause : error;
  return transportError(reason, facts.target, facts.secrets, facts.server);
}

/** Converts an error in a response with status 200. The error is an `error` event, or a body of the same form. */
export const inBandError = (body: unknown, facts: ErrorContext): LlmError => responseError(body, facts, {});

interface HttpFacts {
  readonly status?: number | undefined;
  readonly headers?: { get(name: string): string | null } | undefined;
  /** Message of the SDK for an error response whose body is not JSON. */
  readonly plainText?: string | undefined;
  readonly cause?: unknown;
}

/** Converts `{ type: 'error', error: { type, message, details: { error_code } }, request_id }`. Any property may be missing. */
function responseError(
  errorBody: unknown,
  facts: ErrorContext,
  { status, headers, plainText, cause }: HttpFacts,
): LlmError {
  const body = truncateBody(errorBody) ?? plainText;
  const outer = asRecord(body);
  const inner = isRecord(outer['error']) ? outer['error'] : outer;
  const message = asText(inner['message']) ?? asText(body) ?? '';
  const code = asText(asRecord(inner['details'])['error_code']);
  return wireError({
    target: facts.target,
    status,
    type: asText(inner['type']),
    code,
    kind: kindFrom(status, code, message),
    message,
    requestId: asText(outer['request_id']) ?? headers?.get('request-id') ?? undefined,
    headers,
    body,
    secrets: facts.secrets,
    cause,
    keyRemedy: facts.keyRemedy,
    recover: rejectionRecovery({ status, message, code: asText(inner['type']) }, facts, RECOVERIES),
  });
}

function kindFrom(
  status: number | undefined,
  code: string | undefined,
  message: string,
): ErrorKind | undefined {
  const known = code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  // The texts belong to status 400, and to errors inside a response, which have no status.
  if (known !== undefined || (status !== undefined && status !== 400)) return known;
  return BY_TEXT.find(([pattern]) => pattern.test(message))?.[1];
}

const isHeaders = (value: unknown): value is NonNullable<HttpFacts['headers']> =>
  isRecord(value) && typeof value['get'] === 'function';
