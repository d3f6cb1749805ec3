import type { FailureForm, FailureName } from '@majordomo/testing/internal';

const failed = (status: number, code: number, message: string): FailureForm => ({
  status,
  type: '',
  code: String(code),
  message,
});

/** Failures of Workers AI (developers.cloudflare.com/workers-ai/platform/errors, 2026-07). 401 and 404 were observed in 2026. */
export const RUN_FAILURES: Readonly<Partial<Record<FailureName, FailureForm>>> = {
  invalid: failed(400, 5006, "AiError: AiError: Bad input: Error: oneOf at '/' not met"),
  overflow: failed(
    400,
    5021,
    'AiError: AiError: The estimated number of input and maximum output tokens (90000) exceeded this model context window limit (24000).',
  ),
  auth: failed(401, 10000, 'Authentication error'),
  permission: failed(403, 5018, 'The account is not allowed to access this model'),
  'not-found': failed(404, 3042, 'The model name is invalid'),
  timeout: failed(408, 3007, 'Request timeout'),
  'too-large': failed(413, 3006, 'Request is too large'),
  'rate-limit': failed(429, 971, 'Rate limit reached for this account'),
  quota: failed(429, 3036, 'You have used up your daily free allocation of 10,000 neurons.'),
  server: failed(500, 3043, 'Internal server error'),
  'bad-gateway': failed(502, 502, 'Bad gateway'),
  unavailable: failed(503, 503, 'Service temporarily unavailable'),
  overloaded: failed(429, 3040, 'Capacity temporarily exceeded, please try again.'),
};
