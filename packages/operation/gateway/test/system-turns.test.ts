import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createGateway } from '../src/index.ts';
import { postTo } from './support/clients.ts';

const base = { role: 'system', content: 'Be brief.' };
const turns = (role: string): readonly object[] => [
  { role: 'user', content: 'hi' },
  { role: 'assistant', content: 'hello' },
  { role, content: 'The date has changed.' },
  { role: 'user', content: 'and now?' },
];

it.each([
  ['chat/completions', { messages: [base, ...turns('system')] }],
  ['chat/completions', { messages: [base, ...turns('developer')] }],
  ['responses', { instructions: 'Be brief.', input: turns('developer') }],
  ['messages', { max_tokens: 10, system: 'Be brief.', messages: turns('system') }],
])('a system turn inside a conversation of %s keeps its position', async (path, body) => {
  const provider = fakeProvider({ id: 'f', models: { m: ['ok'] } });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider] }),
    models: { m: 'f/m' },
    authorize: () => ({}),
  });
  const response = await postTo(gateway, `/v1/${path}`, { model: 'm', ...body });
  const request = provider.requests[0]?.request;
  expect(request?.system).toBe('Be brief.');
  expect(request?.messages[2]).toEqual({
    role: 'user',
    parts: [{ type: 'text', text: '<system-reminder>\nThe date has changed.\n</system-reminder>' }],
  });
  expect(response.headers.get('x-majordomo-warnings')).toContain('coerced system:');
});

it('leading system turns are joined to the system text', async () => {
  const provider = fakeProvider({ id: 'f', models: { m: ['ok'] } });
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [provider] }),
    models: { m: 'f/m' },
    authorize: () => ({}),
  });
  const messages = [base, { role: 'developer', content: 'Be kind.' }, { role: 'user', content: 'hi' }];
  const response = await postTo(gateway, '/v1/chat/completions', { model: 'm', messages });
  expect(provider.requests[0]?.request.system).toBe('Be brief.\n\nBe kind.');
  expect(response.headers.get('x-majordomo-warnings')).toBeNull();
});
