import type { LlmError } from '@majordomo/core';
import { CheckRunner, isRefusal } from './run-checks.ts';
import type { Check, CheckContext, CheckPolicy, Subject } from './types.ts';

/** Call of a tool for which checks run. */
export type ToolCallFacts = Pick<CheckContext, 'tenant' | 'metadata'> & {
  readonly signal: AbortSignal | undefined;
};

/**
 * Returns the refusal of a call or a result of a tool, or `undefined` if all checks allow it. Rejects with `aborted` if the signal
 * aborts.
 */
export async function toolRefusal(
  policy: CheckPolicy,
  checks: readonly Check[] | undefined,
  subject: Subject,
  { tenant, metadata, signal }: ToolCallFacts,
): Promise<LlmError | undefined> {
  // Outside of a model call, there is no spec and no request.
  const facts = { tenant, metadata, spec: undefined, request: undefined };
  try {
    await new CheckRunner(policy, facts, signal).run(checks, subject);
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}
