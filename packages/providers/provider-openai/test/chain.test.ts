import { createMajordomo, user, type Majordomo } from '@majordomo/core';
import { answers, testServer, type Answer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';
import { answer } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(play: Answer): Promise<Majordomo> {
  server = await testServer(play);
  return createMajordomo({
    env: {},
    providers: [createOpenAI({ api: 'chat', apiKey: 'k', baseURL: `${server.origin}/v1` })],
  });
}

const rejectionBody = (member: string): object => ({
  error: {
    message: `Unsupported parameter: '${member}' is not supported with this model.`,
    code: 'unsupported_parameter',
    param: member,
  },
});

describe('a rejected parameter', () => {
  it('is dropped for the rejected form of requests only', async () => {
    const isRejected = (body: Readonly<Record<string, unknown>>): boolean =>
      body['temperature'] !== undefined && body['reasoning_effort'] === 'low';
    const majordomo = await world((response, { body }) => {
      (isRejected(body) ? answers(rejectionBody('temperature'), 400) : answers(answer('Hi')))(response);
    });
    const model = majordomo.model('openai/m');
    const chatRequest = { messages: [user('hi')], temperature: 1 };
    for (const reasoning of ['low', 'low', undefined] as const)
      await model.generate({ ...chatRequest, reasoning });
    expect(server.requests.map(({ body }) => [body['reasoning_effort'], body['temperature']])).toEqual([
      ['low', 1],
      ['low', undefined],
      ['low', undefined],
      [undefined, 1],
    ]);
  });

  it('is replaced by effort "none" if tools exclude an effort; otherwise the chain continues', async () => {
    const message =
      "Function tools with reasoning_effort are not supported. Please set reasoning_effort to 'none'.";
    const rejection = answers({ error: { message, param: 'reasoning_effort', code: null } }, 400);
    const majordomo = await world((response, { body }) => {
      const isRejected =
        body['tools'] !== undefined && (body['model'] === 'b' || body['reasoning_effort'] !== 'none');
      (isRejected ? rejection : answers(answer('Hi')))(response);
    });
    const tools = [{ name: 'f', description: 'd', parameters: {} }];
    const { warnings, target } = await majordomo
      .model('openai/a')
      .generate({ messages: [user('hi')], tools });
    expect(target).toBe('openai/a');
    expect(warnings.map(({ what }) => what)).toContain('reasoning_effort "none" sent with tools');
    await majordomo.model('openai/a').generate({ messages: [user('hi')], reasoning: 'low' });
    expect(server.requests.map(({ body }) => body['reasoning_effort'])).toEqual([undefined, 'none', 'low']);
    const second = await majordomo.model('openai/b,openai/a').generate({ messages: [user('hi')], tools });
    expect(second.target).toBe('openai/a');
  });
});

it('requests a non-streaming response for an account without streaming', async () => {
  const majordomo = await world((response, { body }) => {
    const error = {
      message: 'Your organization must be verified to stream this model.',
      code: 'unsupported_value',
      param: 'stream',
    };
    (body['stream'] === true ? answers({ error }, 400) : answers(answer('Hi')))(response);
  });
  const response = await majordomo
    .model('openai/m')
    .stream({ messages: [user('hi')] })
    .response();
  expect(response.text).toBe('Hi');
  expect(server.requests.map(({ body }) => body['stream'])).toEqual([true, undefined]);
});
