import { type Failure, type FailureForm, type FailureName, formOf } from '@majordomo/testing/internal';

/** Failures as `google.rpc.Status`. `type` is the status, and `code` is the reason in ErrorInfo (recorded 2025-11 to 2026-05). */
export const GEMINI_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: { status: 400, type: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument.' },
  overflow: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    message: 'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).',
  },
  auth: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    code: 'API_KEY_INVALID',
    message: 'API key not valid. Please pass a valid API key.',
  },
  billing: {
    status: 403,
    type: 'PERMISSION_DENIED',
    code: 'BILLING_DISABLED',
    message: 'This API method requires billing to be enabled.',
  },
  permission: {
    status: 403,
    type: 'PERMISSION_DENIED',
    code: 'SERVICE_DISABLED',
    message: 'Generative Language API has not been used in project 1 before or it is disabled.',
  },
  'not-found': {
    status: 404,
    type: 'NOT_FOUND',
    message: 'models/m is not found for API version v1, or is not supported for generateContent.',
  },
  'too-large': {
    status: 400,
    type: 'INVALID_ARGUMENT',
    message: 'Request payload size exceeds the limit: 20971520 bytes.',
  },
  'rate-limit': {
    status: 429,
    type: 'RESOURCE_EXHAUSTED',
    code: 'RATE_LIMIT_EXCEEDED',
    message: "Quota exceeded for quota metric 'Generate Content API requests per minute'.",
  },
  quota: { status: 429, type: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota.' },
  server: { status: 500, type: 'INTERNAL', message: 'An internal error has occurred.' },
  'bad-gateway': { status: 502, type: 'UNKNOWN', message: 'Bad gateway' },
  unavailable: { status: 503, type: 'UNAVAILABLE', message: 'The service is currently unavailable.' },
  overloaded: {
    status: 503,
    type: 'UNAVAILABLE',
    message: 'The model is overloaded. Please try again later.',
  },
  timeout: {
    status: 504,
    type: 'DEADLINE_EXCEEDED',
    message: 'Deadline expired before operation could complete.',
  },
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
