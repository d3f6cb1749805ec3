import { recoveryFor } from '@majordomo/claude';
import { LlmError } from '@majordomo/core';
import type { ErrorKind, Recovery } from '@majordomo/core';
import { asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { plainTextOf, truncateBody, transportError, wireError, type ErrorContext } from '@majordomo/wire-kit';
import { RECOVERIES } from './recovery.ts';

/**
 * `error.details.error_code`, as typed by @anthropic-ai/sdk 1.10: told apart where the HTTP status is too
 * coarse.
 */
const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  contract_spend_limit_reached: 'quota',
  enforced_spend_limit_reached: 'quota',
  linked_organization_spend_limit_reached: 'quota',
};

/** A 400 of type invalid_request_error stands for these too; seen on the wire 2025-02 to 2026-11. */
const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [/blocked by content filtering/i, 'content-filter'],
  [/credit balance is too low/i, 'billing'],
  // Reports of 2025 and 2026. They are about the account, so another key of a pool may work.
  [/organization has been disabled|^your organization .* is not enabled/i, 'auth'],
  [/reached your specified API usage limits/i, 'quota'],
  [/exceed context limit/i, 'context-overflow'],
  // "A maximum of 100 PDF pages may be provided." Another model of the chain may take more.
  [/maximum of \d+ PDF pages/i, 'unsupported'],
];

/**
 * Any failure of a call, told apart by its shape: the SDK is imported lazily, so there is no class to test
 * against.
 */
export const toLlmError = (error: unknown, facts: ErrorContext): LlmError =>
  transportError(classified(error, facts), facts.target, facts.secrets);

function classified(error: unknown, facts: ErrorContext): LlmError {
  if (!isRecord(error)) return transportError(error, facts.target, facts.secrets);
  const { status, name, headers, cause } = error;
  if (typeof status === 'number') {
    return reported(error['error'], facts, {
      status,
      headers: isHeaders(headers) ? headers : undefined,
      bare: plainTextOf(asText(error['message']) ?? '', status),
      cause: error,
    });
  }
  if (name === 'AnthropicError') {
    // The SDK itself refused to begin, such as in a browser.
    return new LlmError('config', String(error['message']), { target: facts.target }, { cause: error });
  }
  if (name === 'APIConnectionTimeoutError') {
    return wireError({ ...facts, kind: 'timeout', message: 'the connection timed out', cause: error });
  }
  return transportError(name === 'APIConnectionError' ? cause : error, facts.target, facts.secrets);
}

/** An error that came inside a 200: an `error` event, or a body of that form. */
export const inBandError = (body: unknown, facts: ErrorContext): LlmError => reported(body, facts, {});

interface HttpFacts {
  readonly status?: number | undefined;
  readonly headers?: { get(name: string): string | null } | undefined;
  /** What the SDK says where the body is not JSON. */
  readonly bare?: string | undefined;
  readonly cause?: unknown;
}

/**
 * `{ type: 'error', error: { type, message, details: { error_code } }, request_id }`; anything of it may be
 * missing.
 */
function reported(
  given: unknown,
  facts: ErrorContext,
  { status, headers, bare, cause }: HttpFacts,
): LlmError {
  const body = truncateBody(given) ?? bare;
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
    recover: recovery(status, message, facts),
  });
}

function kindFrom(
  status: number | undefined,
  code: string | undefined,
  message: string,
): ErrorKind | undefined {
  const named = code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (named !== undefined || (status !== undefined && status !== 400)) return named;
  return BY_TEXT.find(([pattern]) => pattern.test(message))?.[1];
}

function recovery(status: number | undefined, message: string, facts: ErrorContext): Recovery | undefined {
  if (status === 401) return facts.credential?.();
  return status === 400 && facts.request !== undefined
    ? recoveryFor(message, facts.request, RECOVERIES)
    : undefined;
}

const isHeaders = (value: unknown): value is NonNullable<HttpFacts['headers']> =>
  isRecord(value) && typeof value['get'] === 'function';
