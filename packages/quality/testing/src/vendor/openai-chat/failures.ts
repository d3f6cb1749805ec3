import type { FailureForm, FailureName } from '../failure.ts';

/** Failures of OpenAI (recorded 2025-09 to 2026-11), DeepSeek (402) and relays for Anthropic models (529). */
export const CHAT_FAILURES: Readonly<Record<FailureName, FailureForm>> = {
  invalid: {
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_value',
    message: "Invalid value: 'x'. Supported values are: 'a' and 'b'.",
  },
  parameter: {
    status: 400,
    type: 'invalid_request_error',
    code: 'unsupported_parameter',
    param: 'temperature',
    message: "Unsupported parameter: 'temperature' is not supported with this model.",
  },
  overflow: {
    status: 400,
    type: 'invalid_request_error',
    code: 'context_length_exceeded',
    message:
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 250000 tokens.",
  },
  blocked: {
    status: 400,
    type: 'invalid_request_error',
    code: 'content_filter',
    message: 'The response was filtered due to the prompt triggering the content management policy.',
  },
  auth: {
    status: 401,
    type: 'invalid_request_error',
    code: 'invalid_api_key',
    message: 'Incorrect API key provided.',
  },
  billing: {
    status: 402,
    type: 'unknown_error',
    code: 'invalid_request_error',
    message: 'Insufficient Balance',
  },
  permission: {
    status: 403,
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
    message: 'Country, region, or territory not supported',
  },
  'not-found': {
    status: 404,
    type: 'invalid_request_error',
    code: 'model_not_found',
    message: 'The model `m` does not exist or you do not have access to it.',
  },
  timeout: { status: 408, type: 'timeout', message: 'Request timed out.' },
  'too-large': {
    status: 413,
    type: 'invalid_request_error',
    message: 'Maximum content size limit (26214400) exceeded',
  },
  'rate-limit': {
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'Rate limit reached on requests per min (RPM): Limit 3, Used 3, Requested 1.',
  },
  quota: {
    status: 429,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message: 'You exceeded your current quota, please check your plan.',
  },
  server: {
    status: 500,
    type: 'server_error',
    message: 'The server had an error while processing your request. Sorry about that!',
  },
  'bad-gateway': { status: 502, type: 'server_error', message: 'Bad gateway.' },
  unavailable: { status: 503, type: 'server_error', message: 'The engine is currently overloaded.' },
  overloaded: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
};
