import {
  createMajordomo,
  user,
  type AssistantMessage,
  type ChatRequest,
  type Majordomo,
} from '@majordomo/core';
import { answers, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openaiCompatible, openrouter } from '../src/index.ts';

let server: TestServer;
let majordomo: Majordomo;
const signedDetail = {
  type: 'reasoning.text',
  text: 'hm',
  signature: 's',
  format: 'anthropic-claude-v1',
  index: 0,
};
const encryptedDetail = {
  type: 'reasoning.encrypted',
  data: 'x',
  id: 'rs_1',
  format: 'openai-responses-v1',
  index: 0,
};

beforeEach(async () => {
  server = await testServer((response, { body }) => {
    const reasoning_details = [
      String(body['model']).startsWith('anthropic/') ? signedDetail : encryptedDetail,
    ];
    const message = { role: 'assistant', reasoning: 'hm', reasoning_details, content: 'Hi' };
    answers({ id: 'r', choices: [{ index: 0, message, finish_reason: 'stop' }] })(response);
  });
  const gateway = openaiCompatible(openrouter, { apiKey: 'k', baseURL: `${server.origin}/v1` });
  majordomo = createMajordomo({ env: {}, providers: [gateway] });
});
afterEach(() => server.close());

const generate = (model: string, message?: AssistantMessage): Promise<{ message: AssistantMessage }> => {
  const messages: ChatRequest['messages'] =
    message === undefined ? [user('hi')] : [user('hi'), message, user('go on')];
  return majordomo.model(`openrouter/${model}`).generate({ messages });
};
const lastSent = (): unknown => (server.requests.at(-1)?.body['messages'] as object[])[1];

describe('reasoning behind a gateway', () => {
  it.each([
    ['anthropic/claude-sonnet-4.5', 'anthropic/claude-opus-4.5', signedDetail],
    ['openai/gpt-5', 'openai/gpt-5-mini', encryptedDetail],
  ])('of %s is sent to %s unchanged', async (from, to, detail) => {
    const { message } = await generate(from);
    await generate(to, message);
    expect(lastSent()).toEqual({ role: 'assistant', content: 'Hi', reasoning_details: [detail] });
  });

  it.each([
    ['anthropic/claude-sonnet-4.5', 'openai/gpt-5'],
    ['openai/gpt-5', 'anthropic/claude-sonnet-4.5'],
    ['openai/gpt-5', 'auto'],
  ])('of %s is never sent to %s', async (from, to) => {
    const { message } = await generate(from);
    await generate(to, message);
    expect(lastSent()).toEqual({ role: 'assistant', content: 'Hi' });
  });

  it('signed by the vendor is exchanged with other targets that run its models', async () => {
    const { message } = await generate('anthropic/claude-sonnet-4.5');
    expect(message.parts[0]).toMatchObject({ replay: { family: 'claude', data: { signature: 's' } } });
    const partOfAnotherTarget = {
      type: 'reasoning',
      text: 'hm',
      replay: { family: 'claude', data: { signature: 's' } },
    };
    await generate('anthropic/claude-sonnet-4.5', {
      role: 'assistant',
      parts: [partOfAnotherTarget as AssistantMessage['parts'][number], { type: 'text', text: 'Hi' }],
    });
    expect(lastSent()).toEqual({ role: 'assistant', content: 'Hi', reasoning_details: [signedDetail] });
  });
});

it('ends the call without another target if an account policy rejects it', async () => {
  await server.close();
  server = await testServer((response) => {
    const message = 'No endpoints found matching your data policy (Paid model training).';
    answers({ error: { code: 404, message } }, 404)(response);
  });
  const baseURL = `${server.origin}/v1`;
  const providers = [openrouter, { ...openrouter, id: 'other' }].map((profile) =>
    openaiCompatible(profile, { apiKey: 'k', baseURL }),
  );
  const chain = createMajordomo({ env: {}, providers }).model('openrouter/a/x,openrouter/b/y,other/c/z');
  await expect(chain.generate({ messages: [user('hi')] })).rejects.toMatchObject({
    kind: 'auth',
    message: expect.stringContaining('No endpoints found matching your data policy') as string,
    details: { code: 'account-policy' },
  });
  expect(server.requests).toHaveLength(1);
});
