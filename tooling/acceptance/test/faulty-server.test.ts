import { createMajordomo, user } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { startFaultyServer } from '@majordomo/testing';
import { expect, it } from 'vitest';

it('answers from the second vendor when the first one breaks', async () => {
  await using server = await startFaultyServer([{ status: 503 }, { cutAfter: 'It is' }, 'It is snowing.']);
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'test', baseURL: server.openaiBaseURL, api: 'chat' }),
      createAnthropic({ apiKey: 'test', baseURL: server.anthropicBaseURL }),
    ],
    chain: { backoff: { baseMs: 1 } },
  });
  const model = majordomo.model('openai/gpt-4o,anthropic/claude-sonnet-5');

  const { text } = await model.generate({ messages: [user('What is the weather?')], maxTokens: 100 });

  expect(text).toBe('It is snowing.');
  expect(server.requests.map(({ api }) => api)).toEqual(['chat-completions', 'chat-completions', 'messages']);
});
