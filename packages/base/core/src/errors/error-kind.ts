import { LlmError, type ErrorKind } from '../types/llm-error.ts';
import { redactCause, redact } from './redact.ts';

/** Facts that a vendor reports about a failure. */
export interface WireFailure {
  readonly status?: number | undefined;
  /** Error code in the response body. */
  readonly code?: string | undefined;
  readonly type?: string | undefined;
  readonly message?: string | undefined;
}

const BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid-request',
  401: 'auth',
  402: 'billing',
  403: 'auth',
  404: 'not-found',
  408: 'timeout',
  413: 'unsupported',
  422: 'invalid-request',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

/** Codes and types that have the same meaning at all vendors. Providers add codes of their vendors. */
const BY_CODE: Readonly<Record<string, ErrorKind>> = {
  api_error: 'server',
  authentication_error: 'auth',
  billing_error: 'billing',
  billing_hard_limit_reached: 'quota',
  billing_not_active: 'billing',
  content_filter: 'content-filter',
  content_policy_violation: 'content-filter',
  context_length_exceeded: 'context-overflow',
  exceed_context_size_error: 'context-overflow',
  insufficient_quota: 'quota',
  invalid_api_key: 'auth',
  model_not_found: 'not-found',
  moderation_blocked: 'content-filter',
  not_found_error: 'not-found',
  overloaded_error: 'overloaded',
  permission_error: 'auth',
  rate_limit_error: 'rate-limit',
  rate_limit_exceeded: 'rate-limit',
  request_too_large: 'unsupported',
  server_error: 'server',
  server_overloaded: 'overloaded',
  timeout_error: 'timeout',
  too_many_prompt_tokens: 'context-overflow',
};

const BILLING_TEXT =
  /key limit|spending limit|credit balance|insufficient (?:balance|credits|funds)|billing/i;

/** Messages about the account, which Anthropic, OpenAI, Groq and Moonshot also send with status 400 (as of 2025-2026). */
const ACCOUNT_TEXT =
  /^(?:your |this |the )?(?:account|organization|project|workspace)\b.{0,200}\b(?:archived|deactivated|disabled|must be verified|not enabled|restricted|suspended)\b/i;

/** Returns the kind for an HTTP status and an optional code from the body. The code takes precedence. */
export function kindOfStatus(status: number, code?: string): ErrorKind {
  return kindOf({ status, code });
}

/**
 * Returns the kind of a failure by its code, type, message and status, in this order. For a 401 or 429, only a code or type for
 * `quota` or `billing` takes precedence over the status, because messages about rate limits also contain the term "tokens".
 */
export function kindOf({ status, code, type, message = '' }: WireFailure): ErrorKind {
  const named = kindByCode(code) ?? kindByCode(type);
  if (status === 401 || status === 429)
    return named === 'quota' || named === 'billing' ? named : kindByStatus(status);
  // Vendors use "server error" for many failures, so the status is more specific than this code.
  if (named !== undefined && (named !== 'server' || status === undefined)) return named;
  if (status === 402 || status === 403) return BILLING_TEXT.test(message) ? 'billing' : kindByStatus(status);
  // An error inside a stream has no status, and may also be about the account.
  if ((status ?? 400) === 400 && ACCOUNT_TEXT.test(message))
    return BILLING_TEXT.test(message) ? 'billing' : 'auth';
  // Without a code, a 404 is always `not-found`, also if its message describes the context of a model.
  if (isOverflow(message) && status !== 404) return 'context-overflow';
  return status === undefined ? kindByStatusInCode(code) : kindByStatus(status);
}

const kindByCode = (code = ''): ErrorKind | undefined =>
  Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;

const isOverflow = (message: string): boolean => OVERFLOW_TEXTS.some((pattern) => pattern.test(message));

/** Returns the kind for a code that is an HTTP status, as in many errors inside a stream; `server` for any other code. */
function kindByStatusInCode(code: string | undefined): ErrorKind {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600 ? kindByStatus(status) : 'server';
}

function kindByStatus(status: number): ErrorKind {
  // A status below 400 belongs to a redirect, or to an error inside HTTP 200. Neither shows a fault of the request.
  return BY_STATUS[status] ?? (status >= 500 || status < 400 ? 'server' : 'invalid-request');
}

/**
 * Messages about a prompt that exceeds the context (OpenAI and compatible servers, Anthropic, llama.cpp, Gemini, Bedrock, Cohere,
 * GitHub Models, Mistral and xAI). "max_tokens" or "input tokens" alone also occurs in other messages, so neither matches.
 */
const OVERFLOW_TEXTS: readonly RegExp[] = [
  /maximum context length/i,
  /max(?:imum)? context (?:length|size|window)/i,
  /exceeds? the (?:available )?context (?:size|window|length)/i,
  /context (?:length|window) (?:is |was )?exceeded/i,
  /exceed context limit/i,
  /maximum prompt length is \d+/i,
  /prompt (?:is )?too long/i,
  /input (?:is )?too long/i,
  /input token count .{0,40}exceeds/i,
  /input tokens exceeds? (?:the )?max/i,
  /too many tokens: size limit/i,
  /total length of all messages is too long/i,
  /too large for model with \d+ maximum context/i,
];

/**
 * Returns an `LlmError` without secrets for a thrown value. Returns an `LlmError` unchanged, except as stated for `request`.
 *
 * @param request request of the attempt. If a member cannot be serialized, the result is an error about the first such member,
 * unless the thrown value is an `LlmError` whose kind is not `network`
 */
export function asLlmError(value: unknown, target: string, request?: object): LlmError {
  const error = LlmError.is(value) ? value : undefined;
  if (error !== undefined && (error.kind !== 'network' || request === undefined)) return error;
  return serializationError(request) ?? error ?? foreignError(value, target);
}

/** Returns the error of a call that the signal of its caller has stopped. `cause`: reason of the signal, or the error that it caused. */
export const abortedError = (cause: unknown): LlmError =>
  new LlmError('aborted', 'the call was aborted', {}, { cause });

/** Returns an error of a transient kind, because a needless retry costs one request, but a needless failure loses the call. */
function foreignError(value: unknown, target: string): LlmError {
  const message = redact(messageOf(value));
  return new LlmError(
    isTransportError(value, message) ? 'network' : 'server',
    `${target} failed: ${message}`,
    { target },
    { cause: redactCause(value) },
  );
}

/** Returns an error about the first member of a request that cannot be serialized, or `undefined` if all can be serialized. */
function serializationError(request: object = {}): LlmError | undefined {
  for (const [path, value] of Object.entries(request)) {
    try {
      JSON.stringify(value, withoutBytes);
    } catch (cause) {
      const message = `${path} cannot be written as JSON (${redact(messageOf(cause))}); use JSON values only`;
      return new LlmError('invalid-request', message, { path }, { cause: redactCause(cause) });
    }
  }
  return undefined;
}

const withoutBytes = (_name: string, value: unknown): unknown =>
  ArrayBuffer.isView(value) ? undefined : value;

/** Whether a value is an error of `fetch`. Every runtime throws a `TypeError` if `fetch` fails. */
const isTransportError = (value: unknown, message: string): boolean =>
  value instanceof TypeError && /fetch|terminated|network|socket|connect/i.test(message);

/** Kinds of failures after which the same request may succeed. */
const TRANSIENT = [
  'rate-limit',
  'overloaded',
  'server',
  'timeout',
  'network',
  'truncated',
  'protocol',
] as const;

/** Whether the same request may succeed later. */
export const isTransientFailure = (error: unknown): boolean => LlmError.is(error, ...TRANSIENT);

/** Returns the message of a thrown value. The value may even be an object that cannot be converted to a string. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? (thrown.message as unknown) : thrown);
  } catch {
    return `it threw a value of type ${typeof thrown} that cannot be converted to text`;
  }
}
