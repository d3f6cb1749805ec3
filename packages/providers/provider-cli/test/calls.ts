import type { ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { collect, type Collected, type OnStep } from '@majordomo/testing';

/** Creates a complete request from the relevant members. */
export const requestOf = (fields: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  output: undefined,
  extra: {},
  ...fields,
});

export const contextOf = (provider: Provider, fields: Partial<ModelContext> = {}): ModelContext => ({
  target: `${provider.id}/default`,
  delivery: 'deltas',
  signal: new AbortController().signal,
  env: { PATH: process.env['PATH'] },
  ...fields,
});

/** Runs one call and returns its result or its error. */
export const callModel = (
  provider: Provider,
  fields: Partial<ModelRequest> = {},
  context: Partial<ModelContext> = {},
  onStep?: OnStep,
): Promise<Collected> =>
  collect(provider.model('default'), requestOf(fields), contextOf(provider, context), onStep);
