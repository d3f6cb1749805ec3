import { LlmError } from '@majordomo/core';

const MINUTE = 60_000;

/** Returns the pause after a failure in milliseconds, and whether it applies to all conversations. */
export function cooldownAfter(error: unknown): { readonly ms: number; readonly isForAll: boolean } {
  const told = LlmError.is(error) ? (error.details.retryAfterMs ?? 0) : 0;
  return { ms: Math.max(msOf(error), told), isForAll: !LlmError.is(error, ...OF_THE_TRANSCRIPT) };
}

const OF_THE_TRANSCRIPT = ['content-filter', 'context-overflow', 'invalid-request', 'unsupported'] as const;

function msOf(error: unknown): number {
  // Such errors do not resolve by themselves soon.
  if (LlmError.is(error, 'config', 'auth', 'billing', 'not-found', 'denied')) return 10 * MINUTE;
  if (LlmError.is(error, 'protocol', 'network', 'empty', 'truncated', 'invalid-output')) return MINUTE / 2;
  return MINUTE;
}
