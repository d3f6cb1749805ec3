import type { FailureForm, FailureName } from '../failure.ts';

/** Failures of the Messages API (recorded 2026-01 to 2026-08). 402, 403, 413, 504 and 529 are from the API's list of errors. */
export const MESSAGES_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: { status: 400, type: 'invalid_request_error', message: 'temperature: range: 0..1' },
  parameter: {
    status: 400,
    type: 'invalid_request_error',
    message: '`temperature` is deprecated for this model.',
  },
  overflow: {
    status: 400,
    type: 'invalid_request_error',
    message: 'prompt is too long: 210000 tokens > 200000 maximum',
  },
  blocked: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Output blocked by content filtering policy',
  },
  auth: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  billing: { status: 402, type: 'billing_error', message: 'There is an issue with your billing.' },
  permission: {
    status: 403,
    type: 'permission_error',
    message: 'Your API key does not have permission to use the specified resource.',
  },
  'not-found': { status: 404, type: 'not_found_error', message: 'model: m' },
  'too-large': { status: 413, type: 'request_too_large', message: 'Request exceeds the maximum size' },
  'rate-limit': {
    status: 429,
    type: 'rate_limit_error',
    message: 'This request would exceed the rate limit of 50 requests per minute.',
  },
  server: { status: 500, type: 'api_error', message: 'Internal server error' },
  'bad-gateway': { status: 502, type: 'api_error', message: 'Bad gateway' },
  unavailable: { status: 503, type: 'api_error', message: 'Service unavailable' },
  timeout: { status: 504, type: 'timeout_error', message: 'Request timed out' },
  overloaded: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
};
