import { describeWith, writeData } from '@majordomo/services';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { redisStores, type RedisStores } from '../src/index.ts';
import { dump } from './support/dump.ts';
import { onRedis } from './support/stores.ts';

describeWith('redis', 'the format of the data', () => {
  const { server } = onRedis();

  function connect(): Redis {
    const redis = new Redis(server().url);
    onTestFinished(() => redis.disconnect());
    return redis;
  }
  /** Returns the stores as a new process opens them. */
  const stores = (): RedisStores => redisStores({ client: connect(), timeoutMs: 20_000 });

  it('is stored with the first data', async () => {
    const redis = connect();
    await redis.flushall();
    await stores().records.get('space', 'key');
    expect(await dump(redis)).toEqual({ '{majordomo}:format': { string: '1' } });
  });

  it('is refused by every store if it is newer, and the data is not changed', async () => {
    const redis = connect();
    await redis.flushall();
    await writeData(stores());
    await redis.set('{majordomo}:format', '2');
    const before = await dump(redis);
    const { ledger, records } = stores();
    const refused = {
      kind: 'config',
      details: { path: 'prefix' },
      message: expect.stringContaining('format 2'),
    };
    const claim = { counter: 'a', max: 1n, amount: 1n, resetsInMs: undefined, whenLapsed: 'free' } as const;
    await expect(ledger.reserve('id', [claim], 1000)).rejects.toMatchObject(refused);
    await expect(ledger.counters('')).rejects.toMatchObject(refused);
    await expect(records.get('space', 'key')).rejects.toMatchObject(refused);
    expect(await dump(redis)).toEqual(before);
  });
});
