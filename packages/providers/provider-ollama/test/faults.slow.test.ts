import { contextOf, failureOf, testHostileServer, testServer } from '@majordomo/test-support';
import { createMajordomo, user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createOllama } from '../src/index.ts';
import { callModel } from './calls.ts';
import { lastLine, streams } from './server.ts';

const ollamaAt = (baseURL: string) => createOllama({ baseURL, apiKey: 'key' });
async function pullAll(provider: ReturnType<typeof ollamaAt>): Promise<void> {
  for await (const _ of provider.pull('m'));
}

testHostileServer({
  answer: async (origin) => (await callModel(ollamaAt(origin))).error,
  list: (origin) => failureOf(ollamaAt(origin).listModels!({ ...contextOf(), target: 'ollama' })),
  pull: (origin) => failureOf(pullAll(ollamaAt(origin))),
});

it("sends no environment key to the host of a DSN, except the vendor's own", async () => {
  await using server = await testServer(streams(lastLine()));
  const majordomo = createMajordomo({
    providers: [createOllama({ profile: 'ollama-cloud', id: 'cloud' })],
    env: { OLLAMA_API_KEY: 'user-key', LLM_BOX: server.origin.replace('http', 'ollama-cloud+http') },
  });
  await expect(majordomo.model('box/m').generate({ messages: [user('hi')] })).rejects.toMatchObject({
    kind: 'auth',
  });
  expect(server.requests).toEqual([]);
});

it("sends the environment key to the vendor's host in a DSN", async () => {
  const keys: (string | null)[] = [];
  const majordomo = createMajordomo({
    providers: [createOllama()],
    env: { OLLAMA_API_KEY: 'user-key', LLM_BOX: 'ollama-cloud://ollama.com' },
    fetch: (_url, init) => {
      keys.push(new Headers(init?.headers).get('authorization'));
      return Promise.resolve(Response.json(lastLine({ message: { content: 'ok' } })));
    },
  });
  expect((await majordomo.model('box/m').generate({ messages: [user('hi')] })).text).toBe('ok');
  expect(keys).toEqual(['Bearer user-key']);
});
