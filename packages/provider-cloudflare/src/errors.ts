import { LlmError } from '@majordomo/core';
import type { ErrorKind } from '@majordomo/core';
import { asList, asRecord, asText, type HeaderReader } from '@majordomo/core/toolkit';
import { truncateBody, transportError, wireError, type ErrorContext } from '@majordomo/wire-kit';
import { recoveryFor } from './recovery.ts';

export interface HttpFacts {
  readonly status: number;
  readonly headers: HeaderReader;
}

interface CodeFacts {
  readonly status: number;
  /** Where the status does not say enough. */
  readonly kind?: ErrorKind;
}

/**
 * The vendor's own codes with their statuses, which the binding does not tell:
 * developers.cloudflare.com/workers-ai/platform/errors, 2026-07, and codes seen in reports of 2026.
 */
const BY_CODE: Readonly<Record<string, CodeFacts>> = {
  '971': { status: 429 },
  '3003': { status: 400 },
  '3006': { status: 413 },
  '3007': { status: 408 },
  '3008': { status: 408, kind: 'server' },
  '3023': { status: 403 },
  '3036': { status: 429, kind: 'quota' },
  '3039': { status: 400 },
  '3040': { status: 429, kind: 'overloaded' },
  '3041': { status: 403 },
  '3042': { status: 404 },
  '3043': { status: 500 },
  '5004': { status: 400 },
  '5005': { status: 405, kind: 'unsupported' },
  '5006': { status: 400 },
  '5007': { status: 400, kind: 'not-found' },
  '5016': { status: 403 },
  '5018': { status: 403 },
  '5019': { status: 405, kind: 'config' },
  '5021': { status: 400, kind: 'context-overflow' },
  '5024': { status: 400, kind: 'invalid-output' },
  '10000': { status: 401 },
};

/** For errors that come without a code of the list. */
const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [/context window limit|exceeded this model context/i, 'context-overflow'],
  [/json mode couldn't be met/i, 'invalid-output'],
  [/daily free allocation/i, 'quota'],
  [/capacity temporarily exceeded|out of capacity/i, 'overloaded'],
  [/no such model|model not found/i, 'not-found'],
  [/rate limit|too many requests|throttl/i, 'rate-limit'],
  [/bad input|oneof at|required properties/i, 'invalid-request'],
];

/** Whatever the binding or the transport threw, as the one error. */
export function toLlmError(error: unknown, facts: ErrorContext): LlmError {
  if (LlmError.is(error)) return transportError(error, facts.target, facts.secrets);
  const message = error instanceof Error ? asText(truncateBody(error.message)) : undefined;
  return message !== undefined && isBindingError(message, error)
    ? reported({ message }, facts, undefined, error)
    : transportError(error, facts.target, facts.secrets);
}

/** `AiError: AiError: Bad input: …`, `InferenceUpstreamError: 3040: Capacity temporarily exceeded`, `5007: No such model`. */
const isBindingError = (message: string, error: unknown): boolean =>
  /AiError|InferenceUpstreamError|AiGateway/.test(`${(error as Error).name} ${message}`) ||
  /^\d{3,5}: /.test(message);

/** The error for an HTTP status with its text. */
export function httpError(body: string, http: HttpFacts, facts: ErrorContext): LlmError {
  let json: unknown = body;
  try {
    json = JSON.parse(body);
  } catch {
    // A proxy's page: its text is all there is.
  }
  return reported(json, facts, http);
}

/** An error that came inside a good answer. */
export const inBandError = (body: unknown, facts: ErrorContext): LlmError => reported(body, facts);

function reported(given: unknown, facts: ErrorContext, http?: HttpFacts, cause?: unknown): LlmError {
  const body = truncateBody(given);
  const { message, code } = said(body);
  const status = http?.status ?? statusOf(code);
  return wireError({
    target: facts.target,
    status,
    kind: kindFrom(status, code, message),
    code,
    message: message.slice(0, LONGEST_MESSAGE),
    requestId: http?.headers.get('cf-ray') ?? undefined,
    headers: http?.headers,
    body,
    secrets: facts.secrets,
    cause,
    recover: recoveryFor(status, message, facts),
  });
}

const LONGEST_MESSAGE = 600;

/** `{ errors: [{ code, message }] }` over REST, `{ error: { code, message } }`, `{ error: '…' }`, or words alone. */
function said(body: unknown): { readonly message: string; readonly code: string | undefined } {
  if (typeof body === 'string') return { message: body, code: undefined };
  const outer = asRecord(body);
  const first = asList(outer['errors'])[0] ?? outer['error'] ?? outer;
  const message = asText(first) ?? asText(asRecord(first)['message']) ?? '';
  const code = asRecord(first)['code'] ?? /(?:^|: )(\d{3,5}): /.exec(message)?.[1];
  return { message, code: typeof code === 'number' || typeof code === 'string' ? String(code) : undefined };
}

/** A vendor's word is not one of our keys: neither is `constructor`. */
const factsOf = (code: string | undefined): CodeFacts | undefined =>
  code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;

/** Codes of three digits are statuses. */
function statusOf(code: string | undefined): number | undefined {
  const known = factsOf(code)?.status;
  return known ?? (code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined);
}

function kindFrom(
  status: number | undefined,
  code: string | undefined,
  message: string,
): ErrorKind | undefined {
  const facts = factsOf(code);
  if (facts !== undefined || status === 401) return facts?.kind;
  // A gateway's 5xx page may hold any of these words by chance.
  return status !== undefined && status >= 500
    ? undefined
    : BY_TEXT.find(([pattern]) => pattern.test(message))?.[1];
}
