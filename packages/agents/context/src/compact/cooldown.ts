import { LlmError } from '@majordomo/core';

const MINUTE = 60_000;

/** Returns the length of the pause after a failure, in milliseconds, and whether the pause applies to all conversations. */
export function cooldownAfter(error: unknown): { readonly ms: number; readonly isForAll: boolean } {
  const retryAfterMs = LlmError.is(error) ? (error.details.retryAfterMs ?? 0) : 0;
  return { ms: Math.max(msOf(error), retryAfterMs), isForAll: !LlmError.is(error, ...TRANSCRIPT_KINDS) };
}

/** Kinds of failures that depend on the transcript, so that other conversations need no pause. */
const TRANSCRIPT_KINDS = ['content-filter', 'context-overflow', 'invalid-request', 'unsupported'] as const;

function msOf(error: unknown): number {
  // Use a longer pause, because these errors persist until a person resolves them.
  if (LlmError.is(error, 'config', 'auth', 'billing', 'not-found', 'denied')) return 10 * MINUTE;
  if (LlmError.is(error, 'protocol', 'network', 'empty', 'truncated', 'invalid-output')) return MINUTE / 2;
  return MINUTE;
}
