import { LlmError, type ErrorKind } from '@majordomo/core';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import {
  type HeaderReader,
  truncateBody,
  transportError,
  tryParseJson,
  wireError,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { recoveryFor } from './recovery.ts';

export interface HttpFacts {
  readonly status: number;
  readonly headers: HeaderReader;
}

interface CodeFacts {
  readonly status: number;
  /** Error kind, if the status is ambiguous. */
  readonly kind?: ErrorKind;
}

/**
 * HTTP statuses by the vendor's error codes. The binding reports only the code. Sources:
 * developers.cloudflare.com/workers-ai/platform/errors, 2026-07, and users' reports of 2026.
 */
const BY_CODE: Readonly<Record<string, CodeFacts>> = {
  '971': { status: 429 },
  '3003': { status: 400 },
  '3006': { status: 413 },
  '3007': { status: 408 },
  // The vendor describes 3008 as an aborted request, unlike the timeout 3007.
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

const BY_TEXT: readonly (readonly [RegExp, ErrorKind])[] = [
  [/context window limit|exceeded this model context/i, 'context-overflow'],
  [/json mode couldn't be met/i, 'invalid-output'],
  [/daily free allocation/i, 'quota'],
  [/capacity temporarily exceeded|out of capacity/i, 'overloaded'],
  [/no such model|model not found/i, 'not-found'],
  [/rate limit|too many requests|throttl/i, 'rate-limit'],
  [/bad input|oneof at|required properties/i, 'invalid-request'],
];

/** Converts an error of the binding or of the transport to an `LlmError`. */
export function toLlmError(error: unknown, facts: ErrorContext): LlmError {
  if (LlmError.is(error)) return transportError(error, facts.target, facts.secrets);
  const message = error instanceof Error ? asText(truncateBody(error.message)) : undefined;
  return message !== undefined && isBindingError(message, error)
    ? responseError({ message }, facts, undefined, error)
    : transportError(error, facts.target, facts.secrets);
}

/**
 * Whether an error comes from the binding, such as `AiError: AiError: Bad input: …`, `InferenceUpstreamError: 3040: Capacity
 * temporarily exceeded` or `5007: No such model`.
 */
const isBindingError = (message: string, error: unknown): boolean =>
  /AiError|InferenceUpstreamError|AiGateway/.test(`${(error as Error).name} ${message}`) ||
  /^\d{3,5}: /.test(message);

/** Converts an error response with its status and headers. */
export function httpError(body: string, http: HttpFacts, facts: ErrorContext): LlmError {
  // The body may be a proxy's error page instead of JSON.
  return responseError(tryParseJson(body) ?? body, facts, http);
}

/** Converts an error in a response with status 200 to an `LlmError`. */
export const inBandError = (body: unknown, facts: ErrorContext): LlmError => responseError(body, facts);

function responseError(rawBody: unknown, facts: ErrorContext, http?: HttpFacts, cause?: unknown): LlmError {
  const body = truncateBody(rawBody);
  const { message, code } = messageAndCode(body);
  const status = http?.status ?? statusOf(code);
  return wireError({
    target: facts.target,
    status,
    kind: kindFrom(status, code, message),
    code,
    message: message.slice(0, MAX_MESSAGE_LENGTH),
    requestId: http?.headers.get('cf-ray') ?? undefined,
    headers: http?.headers,
    body,
    secrets: facts.secrets,
    cause,
    recover: recoveryFor(status, message, facts),
  });
}

const MAX_MESSAGE_LENGTH = 600;

/** Returns the message and the code of `{ errors: [{ code, message }] }` (REST), `{ error: { code, message } }` or text. */
function messageAndCode(body: unknown): { readonly message: string; readonly code: string | undefined } {
  if (typeof body === 'string') return { message: body, code: undefined };
  const outer = asRecord(body);
  const first = asList(outer['errors'])[0] ?? outer['error'] ?? outer;
  const message = asText(first) ?? asText(asRecord(first)['message']) ?? '';
  const code = asRecord(first)['code'] ?? /(?:^|: )(\d{3,5}): /.exec(message)?.[1];
  return { message, code: typeof code === 'number' || typeof code === 'string' ? String(code) : undefined };
}

const codeFacts = (code: string | undefined): CodeFacts | undefined =>
  code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;

function statusOf(code: string | undefined): number | undefined {
  const known = codeFacts(code)?.status;
  return known ?? (code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined);
}

function kindFrom(
  status: number | undefined,
  code: string | undefined,
  message: string,
): ErrorKind | undefined {
  const facts = codeFacts(code);
  if (facts !== undefined || status === 401) return facts?.kind;
  // Ignore the message of a 5xx status, because the text of a gateway's error page may match a pattern accidentally.
  return status !== undefined && status >= 500
    ? undefined
    : BY_TEXT.find(([pattern]) => pattern.test(message))?.[1];
}
