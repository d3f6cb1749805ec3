import { recoveryFor } from '@majordomo/claude';
import { LlmError } from '@majordomo/core';
import type { ErrorKind, ModelRequest, Recovery } from '@majordomo/core';
import { transportError, wireError } from '@majordomo/core/provider';
import { RECOVERIES } from './recovery.ts';

/** What is known around a failed call; the credential's part comes with the connection. */
export interface Failed {
  readonly target: string;
  readonly request?: ModelRequest | undefined;
  /** Values that no error may show. */
  secrets: readonly string[];
  /** How to ask for another credential after a 401. */
  credential?: () => Recovery | undefined;
}

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
  [/reached your specified API usage limits/i, 'quota'],
  [/exceed context limit/i, 'context-overflow'],
];

/**
 * Any failure of a call, told apart by its shape: the SDK is imported lazily, so there is no class to test
 * against.
 */
export const toLlmError = (error: unknown, failed: Failed): LlmError =>
  transportError(classified(error, failed), failed.target, failed.secrets);

function classified(error: unknown, failed: Failed): LlmError {
  if (!isObject(error)) return transportError(error, failed.target, failed.secrets);
  const { status, name, headers, cause } = error;
  if (typeof status === 'number') {
    return reported(error['error'], failed, {
      status,
      headers: isHeaders(headers) ? headers : undefined,
      cause: error,
    });
  }
  if (name === 'AnthropicError') {
    // The SDK itself refused to begin, such as in a browser.
    return new LlmError('config', String(error['message']), { target: failed.target }, { cause: error });
  }
  if (name === 'APIConnectionTimeoutError') {
    return wireError({ ...failed, kind: 'timeout', message: 'the connection timed out', cause: error });
  }
  return transportError(name === 'APIConnectionError' ? cause : error, failed.target, failed.secrets);
}

/** An error that came inside a 200: an `error` event, or a body of that form. */
export const inBandError = (body: unknown, failed: Failed): LlmError => reported(body, failed, {});

interface HttpFacts {
  readonly status?: number | undefined;
  readonly headers?: { get(name: string): string | null } | undefined;
  readonly cause?: unknown;
}

/**
 * `{ type: 'error', error: { type, message, details: { error_code } }, request_id }`; anything of it may be
 * missing.
 */
function reported(body: unknown, failed: Failed, { status, headers, cause }: HttpFacts): LlmError {
  const outer = isObject(body) ? body : {};
  const inner = isObject(outer['error']) ? outer['error'] : outer;
  const message = text(inner['message']) ?? '';
  const code = isObject(inner['details']) ? text(inner['details']['error_code']) : undefined;
  return wireError({
    target: failed.target,
    status,
    type: text(inner['type']),
    code,
    kind: kindFrom(status, code, message),
    message,
    requestId: text(outer['request_id']) ?? headers?.get('request-id') ?? undefined,
    headers,
    body,
    secrets: failed.secrets,
    cause,
    recover: recovery(status, message, failed),
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

function recovery(status: number | undefined, message: string, failed: Failed): Recovery | undefined {
  if (status === 401) return failed.credential?.();
  return status === 400 && failed.request !== undefined
    ? recoveryFor(message, failed.request, RECOVERIES)
    : undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isHeaders = (value: unknown): value is NonNullable<HttpFacts['headers']> =>
  isObject(value) && typeof value['get'] === 'function';
