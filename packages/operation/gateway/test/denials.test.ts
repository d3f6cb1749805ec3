import type { Gate } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { post } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

/** Sends a call through this gate, and returns facts of the response and the errors that the operator receives. */
async function callWithGate(admit: Gate['admit'], path = 'chat/completions') {
  const errors: unknown[] = [];
  await using testGateway = await startGateway({
    majordomo: { gates: [{ name: 'budget', admit }] },
    gateway: { onError: (error) => errors.push(error) },
  });
  const response = await post(testGateway, `/v1/${path}`, {
    model: 'gpt',
    max_tokens: 10,
    messages: [{ role: 'user', content: 'hi' }],
  });
  const { error } = (await response.json()) as {
    error: { type: string; code?: string; message: string };
  };
  const [retryAfter, shouldRetry] = ['retry-after', 'x-should-retry'].map((name) =>
    response.headers.get(name),
  );
  return { status: response.status, retryAfter, shouldRetry, ...error, errors };
}

describe('a denial that waiting does not resolve', () => {
  const admit = () => ({ deny: 'this call may use up to $2, and the limit is $1 in all' });

  it('results in 403 over Chat Completions, is not retried, and is reported to the operator', async () => {
    expect(await callWithGate(admit)).toMatchObject({
      status: 403,
      retryAfter: null,
      shouldRetry: 'false',
      type: 'permission_error',
      code: 'budget_exceeded',
      errors: [expect.objectContaining({ kind: 'denied' })],
    });
  });

  it('results in 403 over Messages', async () => {
    const { status, type } = await callWithGate(admit, 'messages');
    expect([status, type]).toEqual([403, 'permission_error']);
  });
});

describe('a denial that waiting resolves', () => {
  it('results in 429 with the time to wait, and is not reported to the operator', async () => {
    expect(await callWithGate(() => ({ deny: 'the day is spent', retryAfterMs: 5000 }))).toMatchObject({
      status: 429,
      retryAfter: '5',
      shouldRetry: null,
      message: expect.stringContaining('the day is spent') as string,
      errors: [],
    });
  });
});

describe('a gate that fails', () => {
  it('results in 429 with a retry time, and is reported to the operator', async () => {
    const throwingGate = (): never => {
      throw new Error('the store is down');
    };
    expect(await callWithGate(throwingGate)).toMatchObject({
      status: 429,
      retryAfter: '1',
      errors: [expect.objectContaining({ kind: 'denied' })],
    });
  });
});
