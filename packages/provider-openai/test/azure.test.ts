import { answers, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, expect, it } from 'vitest';
import { azureOpenAI, azureResponses, openaiCompatible } from '../src/index.ts';
import { collect } from './collected.ts';
import { answer } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

it('a deployment is asked by its address, its version and its key', async () => {
  server = await testServer(answers(answer('Hi')));
  const profile = azureOpenAI({ resource: 'r', deployment: 'd', apiVersion: '2024-10-21' });
  const baseURL = profile.baseURL.replace('https://r.openai.azure.com', server.origin);
  const collected = await collect(openaiCompatible(profile, { apiKey: 'k-azure', baseURL }));
  expect(collected.text).toBe('Hi');
  const [received] = server.requests;
  expect(received?.path).toBe('/openai/deployments/d/chat/completions?api-version=2024-10-21');
  expect([received?.headers['api-key'], received?.headers.authorization]).toEqual(['k-azure', undefined]);
});

it('a token of the directory goes where tokens go, and is asked for at every attempt', async () => {
  server = await testServer(answers({ id: 'r', status: 'completed', output: [], output_text: 'Hi' }));
  const profile = azureResponses({ resource: 'r', credential: 'token' });
  const tokens = ['t1', 't2'];
  const provider = openaiCompatible(profile, {
    apiKey: () => tokens.shift() ?? '',
    baseURL: `${server.origin}/openai/v1`,
  });
  await collect(provider);
  await collect(provider);
  expect(
    server.requests.map(({ path, headers }) => [path, headers.authorization, headers['api-key']]),
  ).toEqual([
    ['/openai/v1/responses', 'Bearer t1', undefined],
    ['/openai/v1/responses', 'Bearer t2', undefined],
  ]);
});
