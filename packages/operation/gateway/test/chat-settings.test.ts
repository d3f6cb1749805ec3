import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createGateway } from '../src/index.ts';
import { postTo } from './support/clients.ts';

const messages = [{ role: 'user', content: 'hi' }];

it.each([
  [
    'chat/completions',
    {
      messages,
      max_tokens: 9,
      temperature: 0.5,
      top_p: 0.25,
      frequency_penalty: 0.75,
      presence_penalty: -1,
      stop: 'END',
      seed: 7,
      reasoning_effort: 'low',
      verbosity: 'high',
      tools: [{ type: 'function', function: { name: 'weather', description: 'Weather' } }],
    },
    {
      tools: [{ name: 'weather', description: 'Weather' }],
      maxTokens: 9,
      temperature: 0.5,
      topP: 0.25,
      frequencyPenalty: 0.75,
      presencePenalty: -1,
      stop: ['END'],
      seed: 7,
      reasoning: 'low',
      verbosity: 'high',
    },
  ],
  [
    'responses',
    {
      input: 'hi',
      max_output_tokens: 9,
      temperature: 0.5,
      top_p: 0.25,
      reasoning: { effort: 'low' },
      text: { verbosity: 'high' },
    },
    { maxTokens: 9, temperature: 0.5, topP: 0.25, reasoning: 'low', verbosity: 'high' },
  ],
  [
    'messages',
    { messages, max_tokens: 9, temperature: 0.5, top_p: 0.25, top_k: 3, stop_sequences: ['END'] },
    { maxTokens: 9, temperature: 0.5, topP: 0.25, topK: 3, stop: ['END'] },
  ],
])('the settings of %s reach the target', async (path, body, settings) => {
  const provider = fakeProvider({ id: 'f', models: { m: ['ok'] } });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider] }),
    models: { m: 'f/m' },
    authorize: () => ({}),
  });
  const response = await postTo(gateway, `/v1/${path}`, { model: 'm', ...body });
  expect([response.status, response.headers.get('x-majordomo-warnings')]).toEqual([200, null]);
  expect(provider.requests[0]?.request).toMatchObject(settings);
});
