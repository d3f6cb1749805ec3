import type { Recovery } from '@majordomo/core';
import type { ErrorContext } from '@majordomo/wire-kit';

/** Returns the recovery for an error message; `undefined` if none applies. */
export function recoveryFor(
  status: number | undefined,
  message: string,
  { request, renew }: ErrorContext,
): Recovery | undefined {
  if (status === 401) return renew?.();
  if (status !== 400 || request?.reasoning === undefined) return undefined;
  if (!/does not support thinking|think value/i.test(message)) return undefined;
  const { reasoning } = request;
  // Other values may be accepted.
  const isOneValue = /think value/i.test(message);
  return {
    id: isOneValue ? `reasoning ${reasoning}` : 'reasoning',
    what: 'reasoning dropped',
    apply: (rejected) => ({ ...rejected, reasoning: undefined }),
    remember: true,
    isNeededFor: (later) => (isOneValue ? later.reasoning === reasoning : later.reasoning !== undefined),
  };
}
