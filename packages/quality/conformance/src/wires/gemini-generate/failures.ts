import {
  type Failure,
  type FailureForm,
  failureForm,
  type FailureName,
  formOf,
} from '@majordomo/testing/internal';

/** Failures as `google.rpc.Status`. `type` is the status, and `code` is the reason in ErrorInfo (recorded 2025-11 to 2026-05). */
export const GEMINI_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: failureForm(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'),
  overflow: failureForm(
    400,
    'INVALID_ARGUMENT',
    'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).',
  ),
  auth: failureForm(
    400,
    'INVALID_ARGUMENT',
    'API key not valid. Please pass a valid API key.',
    'API_KEY_INVALID',
  ),
  billing: failureForm(
    403,
    'PERMISSION_DENIED',
    'This API method requires billing to be enabled.',
    'BILLING_DISABLED',
  ),
  permission: failureForm(
    403,
    'PERMISSION_DENIED',
    'Generative Language API has not been used in project 1 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  'not-found': failureForm(
    404,
    'NOT_FOUND',
    'models/m is not found for API version v1, or is not supported for generateContent.',
  ),
  'too-large': failureForm(
    400,
    'INVALID_ARGUMENT',
    'Request payload size exceeds the limit: 20971520 bytes.',
  ),
  'rate-limit': failureForm(
    429,
    'RESOURCE_EXHAUSTED',
    "Quota exceeded for quota metric 'Generate Content API requests per minute'.",
    'RATE_LIMIT_EXCEEDED',
  ),
  quota: failureForm(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.'),
  server: failureForm(500, 'INTERNAL', 'An internal error has occurred.'),
  'bad-gateway': failureForm(502, 'UNKNOWN', 'Bad gateway'),
  unavailable: failureForm(503, 'UNAVAILABLE', 'The service is currently unavailable.'),
  overloaded: failureForm(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
  timeout: failureForm(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'),
};

/** Returns the error body. Its code is the failure's usual status, even if the HTTP status is 200. */
export function errorBody(failure: Failure): object {
  const { type, code, message } = formOf(GEMINI_FAILURES, failure);
  const usual = formOf(GEMINI_FAILURES, { failure: failure.failure });
  return { error: { code: usual.status, message, status: type, details: detailsOf(failure, code) } };
}

function detailsOf({ failure }: Failure, reason: string | undefined): readonly object[] {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
  const daily = {
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
  };
  return [...(reason === undefined ? [] : [info]), ...(failure === 'quota' ? [daily] : [])];
}
