import { LlmError } from '@majordomo/core';

const MINUTE = 60_000;

/** How long a summarizer is left alone after a failure, in milliseconds, and whether for other conversations too. */
export function cooldownAfter(error: unknown): { readonly ms: number; readonly isForAll: boolean } {
  const told = LlmError.is(error) ? (error.details.retryAfterMs ?? 0) : 0;
  return { ms: Math.max(msOf(error), told), isForAll: !LlmError.is(error, ...OF_THE_TRANSCRIPT) };
}

/** Another conversation may be summarized all the same. */
const OF_THE_TRANSCRIPT = ['content-filter', 'context-overflow', 'invalid-request', 'unsupported'] as const;

function msOf(error: unknown): number {
  // Such errors do not resolve by themselves soon.
  if (LlmError.is(error, 'config', 'auth', 'billing', 'not-found', 'denied')) return 10 * MINUTE;
  if (LlmError.is(error, 'protocol', 'network', 'empty', 'truncated', 'invalid-output')) return MINUTE / 2;
  return MINUTE;
}
