import { LlmError, type ModelContext, type ModelRequest, type Usage } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';

/** Completes a request from the given fields. */
export const requestOf = (fields: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  output: undefined,
  extra: {},
  ...fields,
});

/** Completes a call context from the given fields. */
export const contextOf = (fields: Partial<ModelContext> = {}): ModelContext => ({
  target: 'p/m',
  delivery: 'deltas',
  signal: new AbortController().signal,
  env: {},
  ...fields,
});

/** Completes a usage. All other counts are unknown. */
export const usageOf = (counts: Partial<Usage>): Usage => ({ ...UNKNOWN_USAGE, ...counts });

/** Returns the LlmError of a call that fails. */
export async function failureOf(call: Promise<unknown>): Promise<LlmError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!LlmError.is(error)) throw new Error('the call did not fail with an LlmError', { cause: error });
  return error;
}
