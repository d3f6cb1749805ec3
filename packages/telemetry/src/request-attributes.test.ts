import { LlmError } from '@majordomo/core';
import { expect, it } from 'vitest';
import { endAttributes } from './request-attributes.ts';

const error = new LlmError('rate-limit', 'too many requests', { status: 429 });

it.each([
  ['has the status of its response if it failed', 'failed', 429],
  ['has no status if it was skipped, because no request was sent', 'skipped', undefined],
] as const)('an attempt %s', (_, outcome, status) => {
  const attributes = endAttributes({ target: 'a/x', outcome, error, usage: undefined, ms: 0 });
  expect(attributes).toMatchObject({ 'majordomo.outcome': outcome });
  expect(attributes['http.response.status_code']).toBe(status);
});
