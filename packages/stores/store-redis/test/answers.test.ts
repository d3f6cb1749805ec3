import { cached } from '@majordomo/cache';
import { createMajordomo, user } from '@majordomo/core';
import { describeWith, startRedis } from '@majordomo/services';
import { fakeProvider } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';

describeWith('redis', 'cached answers', () => {
  it('are requested again when Redis does not respond', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const { client, close } = clients['ioredis with defaults']!(server.url);
    onTestFinished(async () => void (await close()));
    const { records } = redisStores({ client, timeoutMs: 10_000 });
    await records.get('answers', 'anything');
    const provider = fakeProvider({ id: 'a', models: { x: ['one'] } });
    const events: string[] = [];
    const onEvent = ({ type }: { readonly type: string }) => events.push(type);
    const model = cached(createMajordomo({ providers: [provider] }).model('a/x'), {
      records,
      namespace: 'test',
      timeoutMs: 50,
      onEvent,
    });
    server.pause();
    expect((await model.generate({ messages: [user('hi')] })).text).toBe('one');
    expect(events).toContain('store-failed');
    server.resume();
  });
});
