import { type Env, type Provider } from '@majordomo/core';
import {
  answers,
  contextOf,
  requestOf,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI, openaiCompatible, type ChatOptions } from '../src/index.ts';
import { collect } from './collected.ts';
import { answer } from './server.ts';

let server: TestServer;
afterEach(() => server.close());

async function world(play: Answer, options: ChatOptions = {}): Promise<Provider> {
  server = await testServer(play);
  return createOpenAI({ api: 'chat', apiKey: 'sk-test', baseURL: `${server.origin}/v1`, ...options });
}

const completeContext = contextOf({ delivery: 'complete' });

describe('the key', () => {
  const sendsHi = answers(answer('Hi'));
  const keysSent = (): unknown[] => server.requests.map(({ headers }) => headers.authorization);

  it('is read from the variable of the profile in env', async () => {
    server = await testServer(sendsHi);
    const provider = openaiCompatible({ id: 'lab', baseURL: `${server.origin}/v1`, keyEnv: 'LAB_KEY' });
    await collect(provider, requestOf(), contextOf({ delivery: 'complete', env: { LAB_KEY: 'k-env' } }));
    const { error } = await collect(provider, requestOf(), completeContext);
    expect(error).toMatchObject({ kind: 'auth', message: expect.stringContaining('LAB_KEY') as string });
    expect(keysSent()).toEqual(['Bearer k-env']);
  });

  it('is absent if the profile has no variable', async () => {
    server = await testServer(sendsHi);
    const provider = openaiCompatible({ id: 'lab', baseURL: `${server.origin}/v1` });
    expect((await collect(provider, requestOf(), completeContext)).text).toBe('Hi');
    expect(keysSent()).toEqual([undefined]);
  });

  it.each<[string, ChatOptions, Env, string]>([
    ['its variable', {}, { OPENAI_API_KEY: 'sk-x' }, 'check OPENAI_API_KEY'],
    [
      'the vendor of its form',
      {},
      { OPENAI_API_KEY: 'sk-ant-x' },
      'check OPENAI_API_KEY, whose value has the form of ANTHROPIC_API_KEY',
    ],
    ['the option', { apiKey: 'sk-x' }, { OPENAI_API_KEY: 'sk-y' }, 'check the option apiKey'],
  ])('is rejected with an error that names %s', async (_what, options, env, remedy) => {
    const provider = await world(answers({ error: { message: 'no such key' } }, 401), {
      apiKey: undefined,
      ...options,
    });
    const { error } = await collect(provider, requestOf(), { ...completeContext, env });
    expect(error?.message).toBe(`p/m answered 401: no such key; ${remedy}`);
  });

  it('causes a config error that does not contain the key if it has a line break', async () => {
    const provider = await world(sendsHi, { apiKey: 'hush\nhush' });
    const { error } = await collect(provider);
    expect(error?.kind).toBe('config');
    expect(`${error?.message} ${JSON.stringify(error)} ${String(error?.cause)}`).not.toContain('hush');
    expect(server.requests).toEqual([]);
  });
});
