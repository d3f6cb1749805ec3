import { LlmError } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';

/** HTTP status of a refusal, by error code. */
const STATUS = {
  'invalid-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'wrong-method': 405,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  unavailable: 503,
} as const;

const RETRY_AFTER_S = '5';

/** Error for a request that the API rejects. */
export class Refusal extends Error {
  readonly code: keyof typeof STATUS;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: keyof typeof STATUS, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

/** Returns a JSON response with a header that prohibits caching. */
export const answerWith = (
  body: unknown,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response => Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } });

/** Returns the response for a failure. For a failure of a store and for an internal failure, the response has no details. */
export function answerTo(error: unknown): Response {
  if (error instanceof Refusal) return refusal(error.code, error.message, undefined, error.headers);
  if (LlmError.is(error, 'config', 'invalid-request'))
    return refusal('invalid-request', error.message, error.details.path);
  if (LlmError.is(error, 'not-found')) return refusal('not-found', error.message);
  if (LlmError.is(error, 'denied')) return refusal('conflict', error.message);
  return refusal('unavailable', 'the request failed; retry later', undefined, {
    'retry-after': RETRY_AFTER_S,
  });
}

const refusal = (
  code: keyof typeof STATUS,
  message: string,
  path?: string,
  headers?: Readonly<Record<string, string>>,
): Response => answerWith({ error: { code, message: redact(message), path } }, STATUS[code], headers);
