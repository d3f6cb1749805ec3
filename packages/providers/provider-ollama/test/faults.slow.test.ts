import { bomb, contextOf, redirects, testServer } from '@majordomo/test-support';
import { createMajordomo, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createOllama } from '../src/index.ts';
import { callModel } from './calls.ts';
import { lastLine, streams } from './server.ts';

describe('a hostile server', () => {
  it.each(['answer', 'list', 'pull'])('receives no request at another origin: %s', async (operation) => {
    await using other = await testServer(streams(lastLine()));
    await using server = await testServer(redirects(`${other.origin}/elsewhere`));
    const provider = createOllama({ baseURL: server.origin, apiKey: 'key' });
    const operations = {
      answer: async () => (await callModel(provider)).error,
      list: () => provider.listModels?.({ ...contextOf(), target: 'ollama' }),
      pull: async () => {
        for await (const _ of provider.pull('m'));
      },
    };
    const error = await operations[operation as keyof typeof operations]()?.catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      kind: 'protocol',
      message: expect.stringContaining(`${other.origin}/elsewhere`) as string,
      details: { code: 'redirect', status: 307 },
    });
    expect(other.requests).toEqual([]);
  });

  it.each([
    ['answer', 200],
    ['error', 500],
  ])('cannot exhaust the memory with an %s', async (_what, status) => {
    await using server = await testServer(bomb(status));
    const { error } = await callModel(createOllama({ baseURL: server.origin }));
    expect(error).toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
  });

  it('cannot exhaust the memory with a list', async () => {
    await using server = await testServer(bomb(200));
    const listing = createOllama({ baseURL: server.origin }).listModels?.({
      ...contextOf(),
      target: 'ollama',
    });
    await expect(listing).rejects.toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
  });
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
