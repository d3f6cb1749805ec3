import type { ErrorKind } from '../types/llm-error.ts';

/** What a wire said about a failure; all of it may be missing. */
export interface WireFailure {
  readonly status?: number | undefined;
  /** The body's code or type, as text. */
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

/** Codes and types that mean the same wherever they are seen; a provider adds its own in its `errors.ts`. */
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

/** The kind for an HTTP status, sharpened by a body's code where the code says more. */
export function kindOfStatus(status: number, code?: string): ErrorKind {
  return kindOf({ status, code });
}

/**
 * Code, then type, then what only the text can tell, then the status. A 401 stays `auth` and a 429 never becomes an
 * overflow, whatever their text: rate limits speak of tokens too.
 */
export function kindOf({ status, code, type, message = '' }: WireFailure): ErrorKind {
  const named = byCode(code) ?? byCode(type);
  if (status === 401 || status === 429)
    return named === 'quota' || named === 'billing' ? named : byStatus(status);
  // "server error" is what vendors call everything: the status says more, where there is one.
  if (named !== undefined && (named !== 'server' || status === undefined)) return named;
  if (status === 402 || status === 403) return BILLING_TEXT.test(message) ? 'billing' : byStatus(status);
  if (isOverflow(message) && status !== 404) return 'context-overflow';
  return status === undefined ? statusInCode(code) : byStatus(status);
}

/** Own members only: a wire may call its code `constructor`. */
const byCode = (word = ''): ErrorKind | undefined =>
  Object.hasOwn(BY_CODE, word) ? BY_CODE[word] : undefined;

const isOverflow = (message: string): boolean => OVERFLOW_TEXTS.some((pattern) => pattern.test(message));

/** In-band errors often carry the status as their code. */
function statusInCode(code: string | undefined): ErrorKind {
  const status = Number(code);
  return Number.isInteger(status) && status >= 400 && status < 600 ? byStatus(status) : 'server';
}

function byStatus(status: number): ErrorKind {
  return BY_STATUS[status] ?? (status >= 500 || status < 400 ? 'server' : 'invalid-request');
}

/**
 * How engines say that the prompt does not fit; English only, since their APIs are. Each line was seen on a wire:
 * OpenAI and most compatibles, Anthropic, llama.cpp, Gemini, Bedrock, Cohere, GitHub Models, Mistral, xAI.
 * A bare "max_tokens" or "input tokens" is not an overflow: refused parameters and rate limits use those words.
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
