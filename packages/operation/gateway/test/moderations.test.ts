import { LlmError, type CallOptions, type JsonObject } from '@majordomo/core';
import { answers, inTurn } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { openaiClient } from './support/clients.ts';
import { startWithVendor } from './support/operations.ts';
import { startGateway } from './support/test-gateway.ts';

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
  expect(await openaiClient(testGateway).moderations.create({ input: ['a', 'b'] })).toMatchObject(RESULT);
  expect(received).toMatchObject([{ body: { input: ['a', 'b'] }, options: { tenant: 'team-a' } }]);
  await expect(
    openaiClient(testGateway, 'wrong').moderations.create({
      input: 'a',
    }),
  ).rejects.toMatchObject({ status: 401 });
});

it('refuses a caller that may call no model', async () => {
  await using testGateway = await startGateway({
    gateway: { moderations: () => Promise.resolve(RESULT), authorize: () => ({ models: [] }) },
  });
  const failure = openaiClient(testGateway).moderations.create({ input: 'a' });
  await expect(failure).rejects.toMatchObject({ status: 404 });
});

it('reports an error of the option like an error of a call', async () => {
  const moderations = (): Promise<JsonObject> =>
    Promise.reject(new LlmError('rate-limit', 'account org-secret', { retryAfterMs: 1000 }));
  await using testGateway = await startGateway({ gateway: { moderations } });
  const failure = openaiClient(testGateway).moderations.create({ input: 'a' });
  await expect(failure).rejects.toMatchObject({ status: 429 });
  await expect(failure).rejects.not.toThrow('org-secret');
});

describe('without the option', () => {
  const verdict = (flagged: boolean, score: number): object => ({
    flagged,
    categories: { violence: flagged },
    category_scores: { violence: score },
  });
  const vendorAnswer = (...results: readonly object[]): object => ({ id: 'modr-1', model: 'm', results });

  const models = { 'omni-moderation-latest': 'openai/omni-moderation-2024-09-26' };

  it('a model of `models` classifies each string', async () => {
    await using server = await startWithVendor(
      answers(vendorAnswer(verdict(false, 0.1), verdict(true, 0.9))),
      { models },
    );
    const { data, response } = await openaiClient(server)
      .moderations.create({ input: ['a', 'b'] })
      .withResponse();
    expect(data).toMatchObject({
      id: expect.stringMatching(/^modr-/),
      model: 'omni-moderation-latest',
      results: [
        { flagged: false, categories: { violence: false }, category_scores: { violence: 0.1 } },
        { flagged: true, category_applied_input_types: { violence: ['text'] } },
      ],
    });
    expect(response.headers.get('x-majordomo-target')).toBe('openai/omni-moderation-2024-09-26');
  });

  it('parts have one result, in which a category applies if it applies to a part', async () => {
    await using server = await startWithVendor(
      inTurn(answers(vendorAnswer(verdict(false, 0.1))), answers(vendorAnswer(verdict(true, 0.9)))),
      { models },
    );
    const url = `data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n').toString('base64')}`;
    const { results } = await openaiClient(server).moderations.create({
      input: [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url } },
      ],
    });
    expect(results).toMatchObject([
      {
        flagged: true,
        categories: { violence: true },
        category_scores: { violence: 0.9 },
        category_applied_input_types: { violence: ['text', 'image'] },
      },
    ]);
  });

  it.each([
    [{}, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a', 1] }, 'input[1]'],
    [{ input: '' }, 'input'],
    [{ input: [{ type: 'text' }] }, 'input[0].text'],
    [
      { input: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] },
      'input[0].image_url.url',
    ],
    [{ input: 'a', model: 1 }, 'model'],
  ])('refuses %j with the path of the member', async (body, path) => {
    await using server = await startWithVendor(answers(vendorAnswer(verdict(false, 0))), { models });
    await expect(openaiClient(server).post('/moderations', { body })).rejects.toMatchObject({
      status: 400,
      param: path,
    });
  });
});

it('refuses a body without `input` before it calls the option', async () => {
  await using testGateway = await startGateway({ gateway: { moderations: async () => RESULT } });
  await expect(openaiClient(testGateway).post('/moderations', { body: {} })).rejects.toMatchObject({
    status: 400,
    param: 'input',
  });
});

it('responds with 404 if no model has the default name', async () => {
  await using testGateway = await startGateway();
  await expect(openaiClient(testGateway).moderations.create({ input: 'a' })).rejects.toMatchObject({
    status: 404,
    message: expect.stringMatching(
      /no model "omni-moderation-latest" is served.*adds a moderation model with this name to `models` of createGateway, or sets `moderations`$/,
    ),
  });
});
