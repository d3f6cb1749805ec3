import { type Credential, type Env, type Provider } from '@majordomo/core';
import {
  answers,
  contextOf,
  inTurn,
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

  it('is requested from the function for each attempt, with the rejected key', async () => {
    const rejectedKeys: unknown[] = [];
    const apiKey: Credential = ({ rejected }) => {
      rejectedKeys.push(rejected);
      return `k-${rejectedKeys.length}`;
    };
    const provider = await world(
      inTurn(answers({ error: { message: 'expired k-1', code: 'invalid_api_key' } }, 401), sendsHi),
      { apiKey },
    );
    const { error } = await collect(provider, requestOf(), completeContext);
    expect(error).toMatchObject({ kind: 'auth', details: { recover: { id: 'credential' } } });
    expect(error?.message).not.toContain('k-1');
    const recoveries = error?.details.recover && [error.details.recover];
    expect((await collect(provider, requestOf(), { ...completeContext, recoveries })).text).toBe('Hi');
    expect(rejectedKeys).toEqual([undefined, 'k-1']);
    expect(keysSent()).toEqual(['Bearer k-1', 'Bearer k-2']);
  });

  it('offers no recovery if the key is a constant', async () => {
    const provider = await world(answers({ error: { message: 'no' } }, 401));
    expect((await collect(provider)).error).toMatchObject({ kind: 'auth', details: { recover: undefined } });
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
