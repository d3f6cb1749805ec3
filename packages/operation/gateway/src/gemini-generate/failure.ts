import type { Refusal } from '../errors/refusal.ts';
import { STATUS } from '../response/refusal-response.ts';

/** Names of the vendor by HTTP status. */
const NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  502: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Returns the error object of Gemini's wire for a refusal. */
export function geminiFailure({ kind, message }: Refusal): object {
  const code = STATUS[kind];
  return { error: { code, message, status: NAMES[code] ?? 'UNKNOWN' } };
}
