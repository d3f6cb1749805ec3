import type { Refusal, RefusalKind } from '../errors/refusal.ts';

const TYPES: Readonly<Partial<Record<RefusalKind, string>>> = {
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  'not-allowed': 'permission_error',
  'no-such-model': 'not_found_error',
  'no-such-route': 'not_found_error',
  'no-such-object': 'not_found_error',
  'wrong-method': 'invalid_request_error',
  'too-large': 'request_too_large',
  'invalid-request': 'invalid_request_error',
  unsupported: 'invalid_request_error',
  'context-overflow': 'invalid_request_error',
  'content-filter': 'invalid_request_error',
  busy: 'rate_limit_error',
  'rate-limit': 'rate_limit_error',
  quota: 'rate_limit_error',
  denied: 'rate_limit_error',
  spent: 'billing_error',
  'over-limit': 'invalid_request_error',
  unavailable: 'overloaded_error',
  overloaded: 'overloaded_error',
  exhausted: 'overloaded_error',
  timeout: 'timeout_error',
};

/** Returns the error object of Anthropic's wire for a refusal. */
export const anthropicFailure = ({ kind, message, code }: Refusal): object => ({
  type: 'error',
  error: {
    type: TYPES[kind] ?? 'api_error',
    message: messageFor(kind, message),
    ...(code === undefined ? {} : { details: { error_code: code } }),
  },
});

/** Adds "prompt is too long" to the message of a context overflow, which causes clients to shorten their transcript. */
const messageFor = (kind: RefusalKind, message: string): string =>
  kind === 'context-overflow' && !message.includes('prompt is too long')
    ? `prompt is too long: ${message}`
    : message;
