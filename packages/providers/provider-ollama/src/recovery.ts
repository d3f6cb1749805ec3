import type { Recovery } from '@majordomo/core';
import type { ErrorContext } from '@majordomo/wire-kit';
import { recoveryFor as ruleFor, type RecoveryRule } from '@majordomo/wire-kit/internal';

const WITHOUT_REASONING: Omit<RecoveryRule, 'pattern'> = {
  id: 'reasoning',
  what: 'reasoning dropped',
  remember: true,
  apply: (request) => (request.reasoning === undefined ? request : { ...request, reasoning: undefined }),
};

const RULES: readonly RecoveryRule[] = [
  // Other values may be accepted.
  { ...WITHOUT_REASONING, pattern: /think value/i, setting: 'reasoning' },
  {
    ...WITHOUT_REASONING,
    pattern: /does not support thinking/i,
    isNeededFor: ({ reasoning }) => reasoning !== undefined,
  },
];

/** Returns the recovery for an error message; `undefined` if none applies. */
export function recoveryFor(
  status: number | undefined,
  message: string,
  { request, renew }: ErrorContext,
): Recovery | undefined {
  if (status === 401) return renew?.();
  return status === 400 && request !== undefined ? ruleFor(message, request, RULES) : undefined;
}
