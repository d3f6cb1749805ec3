import { LlmError } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import type { Decision } from './state.ts';

/**
 * Throws `invalid-request` for a value that is not an array, and for a decision without a `callId`, or with an invalid choice, such as
 * `approve: false`.
 */
export function checkDecisions(decisions: readonly Decision[]): void {
  if (!isList(decisions))
    throw invalidDecision('decisions', 'must be an array, such as [{ callId, approve: true }]');
  for (const [at, decision] of decisions.entries()) {
    const fields = Object(decision) as Readonly<Record<string, unknown>>;
    const variants = [
      fields['approve'] === true,
      typeof fields['deny'] === 'string',
      typeof fields['result'] === 'string',
      fields['notDone'] === true,
    ];
    if (variants.filter(Boolean).length === 1 && typeof fields['callId'] === 'string') continue;
    throw invalidDecision(
      `decisions[${at}]`,
      'must have a callId and one of approve: true, deny: "why", result: "text", notDone: true',
    );
  }
}

/** State of a waiting call that determines which decisions it accepts. */
export interface Waiting {
  /** Whether the call is suspended. The decision must then contain a result or a denial. */
  readonly isSuspended: boolean;
  /** Whether the call was started and its result is unknown. The decision must then contain a result, or `notDone: true`. */
  readonly isUnknown: boolean;
}

/** Returns why a waiting call does not accept a decision, or `undefined` if it accepts the decision. */
export function whyNotAccepted(decision: Decision, { isSuspended, isUnknown }: Waiting): string | undefined {
  const { callId } = decision;
  if (isUnknown && ('approve' in decision || 'deny' in decision))
    return `the result of "${callId}" is unknown; pass \`result\` if the call took effect, or \`notDone: true\` if it did not`;
  if (isSuspended && 'approve' in decision)
    return `the suspended call "${callId}" requires \`result\` or \`deny\``;
  if (!isUnknown && 'notDone' in decision)
    return `the result of "${callId}" is not unknown; pass \`notDone\` only for a call of \`unknown\``;
  return undefined;
}

export const invalidDecision = (path: string, why: string): LlmError =>
  new LlmError('invalid-request', `${path}: ${why}`, { path });
