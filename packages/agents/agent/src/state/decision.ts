import { LlmError } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import type { Decision } from './state.ts';

/** Throws `invalid-request` for a value that is not an array, and for a decision without a `callId`, or with an invalid choice, such as `approve: false`. */
export function checkDecisions(decisions: readonly Decision[]): void {
  if (!isList(decisions))
    throw invalidDecision('decisions', 'must be an array, such as [{ callId, approve: true }]');
  for (const [at, decision] of decisions.entries()) {
    const fields = Object(decision) as Readonly<Record<string, unknown>>;
    const variants = [
      fields['approve'] === true,
      typeof fields['deny'] === 'string',
      typeof fields['result'] === 'string',
    ];
    if (variants.filter(Boolean).length === 1 && typeof fields['callId'] === 'string') continue;
    throw invalidDecision(
      `decisions[${at}]`,
      'must have a callId and one of approve: true, deny: "why", result: "text"',
    );
  }
}

export const invalidDecision = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path}: ${why}`, { path });
