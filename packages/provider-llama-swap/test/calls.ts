import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { collect, type Collected } from '@majordomo/testing';

/** A whole request out of the fields that matter. */
export const requestOf = (fields: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  output: undefined,
  extra: {},
  ...fields,
});

export const contextOf = (fields: Partial<ModelContext> = {}): ModelContext => ({
  target: 'llama-swap/m',
  delivery: 'deltas',
  signal: new AbortController().signal,
  env: {},
  ...fields,
});

/** Runs one call to its end; what it throws is a result too. */
export const ask = (
  provider: Provider,
  fields: Partial<ModelRequest> = {},
  context: Partial<ModelContext> = {},
): Promise<Collected> => collect(provider.model('m'), requestOf(fields), contextOf(context));
