import KeyvRedis from '@keyv/redis';
import { cached, type CacheStore } from '@majordomo/cache';
import { createMajordomo, user } from '@majordomo/core';
import { describeWith, startRedis, type Redis } from '@majordomo/services';
import { fakeProvider } from '@majordomo/testing';
import { Keyv } from 'keyv';
import { afterEach, expect, it } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';

const request = { messages: [user('hi')] };
const namespace = 'test';

/** Creates a model with a cache on this store. Each response of its provider is different. */
function cachedModel(store: CacheStore, timeoutMs = 10_000) {
  const provider = fakeProvider({ id: 'a', models: { x: ['one', 'two', 'three'] } });
  const events: string[] = [];
  const model = cached(createMajordomo({ providers: [provider] }).model('a/x'), {
    store,
    namespace,
    timeoutMs,
    onEvent: ({ type }) => events.push(type),
  });
  return { model, events };
}

describeWith('redis', 'cached answers', () => {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });
  const running = async (): Promise<Redis> => {
    const server = await startRedis();
    endings.push(() => server.stop());
    return server;
  };

  const makers: Readonly<Record<string, (url: string) => CacheStore>> = {
    'a Keyv on Redis'(url) {
      const adapter = new KeyvRedis<unknown>(url);
      adapter.client.on('error', () => undefined);
      const keyv = new Keyv(adapter);
      keyv.on('error', () => undefined);
      endings.push(() => adapter.disconnect(true));
      return keyv;
    },
    redisStores(url) {
      const { client, close } = clients['ioredis with defaults']!(url);
      endings.push(close);
      return redisStores({ client, timeoutMs: 10_000 }).cache;
    },
  };

  it.each(['a Keyv in memory', ...Object.keys(makers)])(
    'are stored by %s, for other processes and as streams',
    async (name) => {
      const store = makers[name]?.((await running()).url) ?? new Keyv();
      const [first, second] = [cachedModel(store), cachedModel(store)];
      expect((await first.model.generate(request)).text).toBe('one');
      await expect.poll(() => first.events).toContain('stored');
      const again = await second.model.generate(request);
      expect([again.text, again.attempts, again.warnings.length]).toEqual(['one', [], 1]);
      let text = '';
      for await (const part of second.model.stream(request).textStream) text += part;
      expect(text).toBe('one');
      expect(second.events).toEqual(['hit', 'hit']);
    },
  );

  it.each(Object.keys(makers))('are requested again when %s does not respond', async (name) => {
    const server = await running();
    const store = makers[name]!(server.url);
    await store.get('anything');
    const { model, events } = cachedModel(store, 50);
    server.pause();
    expect((await model.generate(request)).text).toBe('one');
    expect(events).toContain('store-failed');
    server.resume();
  });
});
