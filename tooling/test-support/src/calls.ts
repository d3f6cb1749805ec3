import type { ModelContext, ModelRequest } from '@majordomo/core';

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
