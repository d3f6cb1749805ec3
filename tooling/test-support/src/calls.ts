import type { ModelContext, ModelRequest } from '@majordomo/core';

/** A whole request out of the fields that matter. */
export const requestOf = (fields: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  output: undefined,
  extra: {},
  ...fields,
});

/** What surrounds a call, out of the fields that matter. */
export const contextOf = (fields: Partial<ModelContext> = {}): ModelContext => ({
  target: 'p/m',
  delivery: 'deltas',
  signal: new AbortController().signal,
  env: {},
  ...fields,
});
