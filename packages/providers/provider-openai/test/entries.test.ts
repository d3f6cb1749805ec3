import { answers, contextOf, requestOf, testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import * as chat from '../src/chat.ts';
import { createOpenAI, openaiCompatible } from '../src/index.ts';
import * as responses from '../src/responses.ts';
import { collect } from './collected.ts';
import { answer } from './server.ts';

const completeContext = contextOf({ delivery: 'complete', env: { OPENAI_API_KEY: 'key' } });
const responsesBody = (text: string): object => ({
  id: 'r',
  status: 'completed',
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }],
});

it.each([
  ['chat', chat.createOpenAI, answer('ok'), '/v1/chat/completions', ['openai']],
  ['responses', responses.createOpenAI, responsesBody('ok'), '/v1/responses', ['openai-responses']],
] as const)('the entry /%s is one wire without image models', async (_name, create, body, path, schemes) => {
  await using server = await testServer(answers(body));
  const provider = create({ baseURL: `${server.origin}/v1` });
  const { parts } = await collect(provider, requestOf(), completeContext);
  expect(parts).toMatchObject([{ type: 'text', text: 'ok' }]);
  expect(server.requests[0]).toMatchObject({ path, headers: { authorization: 'Bearer key' } });
  expect(provider.imageModel).toBeUndefined();
  expect(Object.keys(provider.schemes ?? {})).toEqual(schemes);
});

it.each([
  ['openai', chat, answer('ok'), '/chat/completions'],
  ['openai-responses', responses, responsesBody('ok'), '/responses'],
] as const)('accepts a DSN of the scheme %s in its entry', async (scheme, entry, body, path) => {
  await using server = await testServer(answers(body));
  const serve = entry.createOpenAI().schemes?.[scheme];
  const address = { host: 'lab', path: '', baseURL: server.origin };
  const provider = serve?.({ scheme, name: 'lab', ...address, token: 'tok', params: {} });
  expect(provider?.id).toBe('lab');
  if (provider !== undefined) await collect(provider, requestOf(), completeContext);
  expect(server.requests[0]).toMatchObject({ path, headers: { authorization: 'Bearer tok' } });
});

it('rejects options and a profile that are not objects as config errors', () => {
  for (const invalidValue of [null, 5]) {
    const configError = expect.objectContaining({ kind: 'config' }) as Error;
    expect(() => createOpenAI(invalidValue as never)).toThrow(configError);
    expect(() => openaiCompatible(invalidValue as never)).toThrow(configError);
  }
});
