import type { AttemptInfo } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import type { SpendRecord } from '../../src/index.ts';

/** Completes the first attempt of a chat with `a/x`. */
export const attemptOf = (fields: Partial<AttemptInfo> = {}): AttemptInfo => ({
  call: { id: 'c', spec: 'a/x', operation: 'chat', tenant: undefined, metadata: {} },
  target: 'a/x',
  attempt: 1,
  request: { messages: [], tools: [], output: undefined, extra: {} },
  capabilities: {},
  signal: new AbortController().signal,
  ...fields,
});

/** Completes the record of a finished chat with `acme/x`, which used 1 token of input and 2 of output. */
export const recordOf = (fields: Partial<SpendRecord> = {}): SpendRecord => ({
  id: 'a',
  at: '2026-11-20T12:00:00.000Z',
  call: 'a',
  operation: 'chat',
  target: 'acme/x',
  vendor: 'acme',
  model: 'x',
  name: undefined,
  tenant: undefined,
  tags: {},
  outcome: 'finished',
  ms: 5,
  usage: { ...UNKNOWN_USAGE, input: 1, output: 2 },
  nanoUsd: '7',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-01',
  ...fields,
});
