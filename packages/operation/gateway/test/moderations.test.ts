import { LlmError, type CallOptions, type JsonObject } from '@majordomo/core';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { KEY, startGateway } from './support/test-gateway.ts';

const RESULT = { id: 'modr-1', model: 'omni-moderation-latest', results: [{ flagged: true }] };

it('responds with the result of the option, which receives the body and the caller', async () => {
  const received: { readonly body: JsonObject; readonly options: CallOptions }[] = [];
  await using testGateway = await startGateway({
    gateway: {
      moderations: async (body, options) => {
        received.push({ body, options });
        return RESULT;
      },
    },
  });
  const openai = new OpenAI({ apiKey: KEY, baseURL: `${testGateway.url}/v1`, maxRetries: 0 });
  expect(await openai.moderations.create({ input: ['a', 'b'] })).toMatchObject(RESULT);
  expect(received).toMatchObject([{ body: { input: ['a', 'b'] }, options: { tenant: 'team-a' } }]);
  await expect(
    new OpenAI({ apiKey: 'wrong', baseURL: `${testGateway.url}/v1`, maxRetries: 0 }).moderations.create({
      input: 'a',
    }),
  ).rejects.toMatchObject({ status: 401 });
});

it('reports an error of the option like an error of a call', async () => {
  const moderations = (): Promise<JsonObject> =>
    Promise.reject(new LlmError('rate-limit', 'account org-secret', { retryAfterMs: 1000 }));
  await using testGateway = await startGateway({ gateway: { moderations } });
  const openai = new OpenAI({ apiKey: KEY, baseURL: `${testGateway.url}/v1`, maxRetries: 0 });
  const failure = openai.moderations.create({ input: 'a' });
  await expect(failure).rejects.toMatchObject({ status: 429 });
  await expect(failure).rejects.not.toThrow('org-secret');
});

it('responds with 404 and the name of the option without it', async () => {
  await using testGateway = await startGateway();
  const openai = new OpenAI({ apiKey: KEY, baseURL: `${testGateway.url}/v1`, maxRetries: 0 });
  await expect(openai.moderations.create({ input: 'a' })).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('`moderations` of createGateway'),
  });
});
