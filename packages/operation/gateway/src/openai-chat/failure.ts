import type { Refusal, RefusalKind } from '../errors/refusal.ts';

// Kinds of denials by a gate: `spent` if a budget of the ledger is used up, `not-allowed` if a limit never resets, and `denied`
// otherwise.

/** Error codes of the wire that clients evaluate. */
const CODES: Readonly<Partial<Record<RefusalKind, string>>> = {
  unauthorized: 'invalid_api_key',
  'no-such-model': 'model_not_found',
  'context-overflow': 'context_length_exceeded',
  'content-filter': 'content_filter',
  busy: 'rate_limit_exceeded',
  'rate-limit': 'rate_limit_exceeded',
  quota: 'insufficient_quota',
  denied: 'budget_exceeded',
  'not-allowed': 'budget_exceeded',
  spent: 'insufficient_quota',
  'over-limit': 'request_too_large_for_limit',
  'no-such-object': 'not_found',
};

/** Error types of the wire. The type of any other kind is `server_error`. */
const TYPES: Readonly<Partial<Record<RefusalKind, string>>> = {
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  'not-allowed': 'permission_error',
  busy: 'rate_limit_error',
  'rate-limit': 'rate_limit_error',
  quota: 'insufficient_quota',
  denied: 'rate_limit_error',
  spent: 'insufficient_quota',
  'over-limit': 'invalid_request_error',
  'invalid-request': 'invalid_request_error',
  unsupported: 'invalid_request_error',
  'no-such-model': 'invalid_request_error',
  'no-such-route': 'invalid_request_error',
  'no-such-object': 'invalid_request_error',
  'wrong-method': 'invalid_request_error',
  'too-large': 'invalid_request_error',
  'context-overflow': 'invalid_request_error',
  'content-filter': 'invalid_request_error',
};

type FailureFacts = Pick<Refusal, 'kind' | 'message' | 'path' | 'code'>;

/** Formats a refusal for OpenAI's wires. The error code is the kind in snake case if the wire has no code for the kind. */
export const chatFailure = ({ kind, message, path, code }: FailureFacts): object => ({
  error: {
    message,
    type: TYPES[kind] ?? 'server_error',
    param: path ?? null,
    code: code ?? CODES[kind] ?? kind.replaceAll('-', '_'),
  },
});

/** Formats a refusal for Responses, which has another parameter name for the maximum output length. */
export const responsesFailure: typeof chatFailure = ({ kind, message, path, code }) =>
  chatFailure({ kind, message, code, path: path === 'max_tokens' ? 'max_output_tokens' : path });
