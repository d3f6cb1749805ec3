import { streams, testHostileServer, testServer } from '@majordomo/test-support';
import { createMajordomo, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createCloudflare } from '../src/index.ts';
import { callModel } from './calls.ts';

const at = (baseURL: string) => createCloudflare({ accountId: 'acc', apiKey: 'key', baseURL });

testHostileServer({ answer: async (origin) => (await callModel(at(origin))).error });

it('replaces lone surrogates for the binding, and keeps bytes', async () => {
  const inputs: object[] = [];
  const binding = {
    run: (_model: string, input: object) => {
      inputs.push(input);
      return Promise.resolve({ response: 'ok' });
    },
  };
  const bytes = Uint8Array.of(1, 2);
  const extra = { bytes };
  await callModel(createCloudflare({ binding }), { system: 'cut \ud83d', extra });
  expect(inputs).toMatchObject([{ messages: [{ content: 'cut \ufffd' }, { content: 'hi' }], bytes }]);
});

describe('a response of the binding', () => {
  it.each([
    ['a picture', (bytes: ReadableStream) => bytes],
    ['a response', (bytes: ReadableStream) => new Response(bytes)],
  ])('is limited if it is non-streaming: %s', async (_what, invoke) => {
    let remainingChunks = 65;
    const bytes = new ReadableStream({
      pull(controller) {
        if (remainingChunks-- > 0) controller.enqueue(new Uint8Array(1024 * 1024));
        else controller.close();
      },
    });
    const provider = createCloudflare({ binding: { run: () => Promise.resolve(invoke(bytes)) } });
    const majordomo = createMajordomo({ providers: [provider] });
    const drawing = majordomo.imageModel('cloudflare/@cf/m').generate({ prompt: 'a cat' });
    await expect(drawing).rejects.toMatchObject({
      details: { attempts: [{ error: { kind: 'protocol', details: { code: 'too-large' } } }] },
    });
  });
});

it.each([
  '../../../../user/tokens',
  '@cf/../../../../../accounts/OTHER/workers',
  '@cf/m?x=1',
  '@cf/m#x',
  '@cf/%2e%2e/m',
])('rejects the model id %j, which would change the URL', async (id) => {
  await using server = await testServer(streams({ response: 'ok' }));
  const majordomo = createMajordomo({ providers: [at(server.origin)] });
  const call = majordomo.model(`cloudflare/${id}`).generate({ messages: [user('hi')] });
  await expect(call).rejects.toThrow(/is not a valid model id/);
  const drawing = majordomo.imageModel(`cloudflare/${id}`).generate({ prompt: 'a cat' });
  await expect(drawing).rejects.toThrow(/is not a valid model id/);
  expect(server.requests).toEqual([]);
});

it('sends no environment token to the host of a DSN', async () => {
  await using server = await testServer(streams({ response: 'ok' }));
  const majordomo = createMajordomo({
    providers: [createCloudflare()],
    env: {
      CLOUDFLARE_API_TOKEN: 'user-token',
      CLOUDFLARE_ACCOUNT_ID: 'acc',
      LLM_BOX: server.origin.replace('http', 'cloudflare+http'),
    },
  });
  await expect(majordomo.model('box/@cf/m').generate({ messages: [user('hi')] })).rejects.toMatchObject({
    kind: 'auth',
  });
  expect(server.requests).toEqual([]);
});

it("sends the environment token to the vendor's host in a DSN", async () => {
  const tokens: (string | null)[] = [];
  const majordomo = createMajordomo({
    providers: [createCloudflare()],
    env: { CLOUDFLARE_API_TOKEN: 'user-token', LLM_BOX: 'cloudflare://api.cloudflare.com?account=acc' },
    fetch: (_url, init) => {
      tokens.push(new Headers(init?.headers).get('authorization'));
      return Promise.resolve(Response.json({ result: { response: 'ok' } }));
    },
  });
  expect((await majordomo.model('box/@cf/m').generate({ messages: [user('hi')] })).text).toBe('ok');
  expect(tokens).toEqual(['Bearer user-token']);
});
