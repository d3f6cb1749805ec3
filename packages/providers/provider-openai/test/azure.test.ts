import { createMajordomo, user } from '@majordomo/core';
import { answers, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, expect, it } from 'vitest';
import { azureOpenAI, azureResponses, openaiCompatible, type AzureOptions } from '../src/index.ts';
import { collect } from './collected.ts';
import { answer } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

it('calls a deployment with its URL, version and key', async () => {
  server = await testServer(answers(answer('Hi')));
  const profile = azureOpenAI({ resource: 'r', deployment: 'd', apiVersion: '2024-10-21' });
  const baseURL = profile.baseURL?.replace('https://r.openai.azure.com', server.origin);
  const collected = await collect(openaiCompatible(profile, { apiKey: 'k-azure', baseURL }));
  expect(collected.text).toBe('Hi');
  const [received] = server.requests;
  expect(received?.path).toBe('/openai/deployments/d/chat/completions?api-version=2024-10-21');
  expect([received?.headers['api-key'], received?.headers.authorization]).toEqual(['k-azure', undefined]);
});

it('sends the token of the credential function as bearer token, and calls the function for each attempt', async () => {
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

const DEPLOYMENTS: readonly [string, AzureOptions, string][] = [
  ['a model', {}, '/openai/v1/chat/completions'],
  [
    'a deployment',
    { deployment: 'd', apiVersion: 'v' },
    '/openai/deployments/d/chat/completions?api-version=v',
  ],
];
it.each(DEPLOYMENTS)(
  'the address of %s is AZURE_OPENAI_ENDPOINT of env without a resource',
  async (_name, options, path) => {
    server = await testServer(answers(answer('Hi')));
    const env = { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: `${server.origin}/` };
    const majordomo = createMajordomo({ env, providers: [openaiCompatible(azureOpenAI(options))] });
    await majordomo.model('azure/gpt-5').generate({ messages: [user('hi')] });
    expect(server.requests[0]?.path).toBe(path);
  },
);

it('reports a missing address without a resource and AZURE_OPENAI_ENDPOINT', async () => {
  server = await testServer(answers(answer('Hi')));
  const env = { AZURE_OPENAI_API_KEY: 'k' };
  for (const provider of [openaiCompatible(azureOpenAI()), openaiCompatible(azureResponses())]) {
    const majordomo = createMajordomo({ env, providers: [provider] });
    await expect(majordomo.model('azure/gpt-5').generate({ messages: [user('hi')] })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(
        'azure: no base URL is configured; pass baseURL, or set AZURE_OPENAI_ENDPOINT',
      ) as string,
    });
  }
});
