import { createMajordomo, user } from '@majordomo/core';
import { CHAT_ANSWER, testChatVendor } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createGroq } from '../src/index.ts';

const server = testChatVendor({
  id: 'groq',
  create: createGroq,
  path: '/openai/v1',
  answer: {
    ...CHAT_ANSWER,
    usage: { ...CHAT_ANSWER.usage, queue_time: 0.25, total_time: 1.5 },
    service_tier: 'flex',
  },
});

it('rejects a vendor tool that the model lacks, and the chain continues', async () => {
  const providers = [createGroq({ baseURL: server().origin, apiKey: 'k' })];
  const model = createMajordomo({ providers }).model('groq/llama-3.3-70b,groq/openai/gpt-oss-120b');
  const tools = [{ name: 'f', description: '', parameters: { type: 'object' } }];
  const request = { messages: [user('hi')], tools, extra: { groq: { tools: [{ type: 'browser_search' }] } } };
  const { target } = await model.generate(request);
  expect(target).toBe('groq/openai/gpt-oss-120b');
  expect(server().requests.map(({ body }) => body)).toMatchObject([
    { model: 'openai/gpt-oss-120b', tools: [{ type: 'function' }, { type: 'browser_search' }] },
  ]);
});
