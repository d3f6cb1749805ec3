import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkData, describeWith, writeData } from '@majordomo/services';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { redisStores, type RedisStores } from '../src/index.ts';
import { dump, restore, type Dump } from './support/dump.ts';
import { onRedis } from './support/stores.ts';

// Dumps of data that releases wrote. WRITE_STORED=1 writes the dump of the next release, once.
const WRITTEN = join(import.meta.dirname, 'written');
const FILE = join(WRITTEN, `${manifest.version}.json`);
const CENTURY_MS = 100 * 365 * 86_400_000;

describeWith('redis', 'data of releases', () => {
  const { server } = onRedis();

  function connect(): Redis {
    const redis = new Redis(server().url);
    onTestFinished(() => redis.disconnect());
    return redis;
  }
  /** Returns the stores as a new process opens them. The server's clock is later than the data. */
  const stores = (): RedisStores =>
    redisStores({ client: connect(), timeoutMs: 20_000, keepRecordsMs: CENTURY_MS });
  const read = (name: string): Dump => JSON.parse(readFileSync(join(WRITTEN, name), 'utf8')) as Dump;

  it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
    'writes the dump of this release',
    async () => {
      await writeData(stores());
      writeFileSync(FILE, `${JSON.stringify(await dump(connect()), undefined, 2)}\n`);
    },
  );

  const files = readdirSync(WRITTEN);

  it('a dump of the first release is stored', () => {
    expect(files).toContain('1.0.0.json');
  });

  it.each(files)('the data of %s is read completely, and accepts new data', async (name) => {
    await restore(connect(), read(name));
    await checkData(stores());
  });

  it('data without a format gets one', async () => {
    const redis = connect();
    await redis.flushall();
    await stores().cache.get('key');
    expect(await dump(redis)).toEqual({ '{majordomo}:format': { string: '1' } });
  });

  it('data of a newer format is refused by every store, and not changed', async () => {
    const redis = connect();
    const newer = { ...read('1.0.0.json'), '{majordomo}:format': { string: '2' } };
    await restore(redis, newer);
    const before = await dump(redis);
    const { ledger, cache, keys, batches, claims, jobs } = stores();
    const refused = {
      kind: 'config',
      details: { path: 'prefix' },
      message: expect.stringContaining('format 2'),
    };
    const claim = { counter: 'a', max: 1n, amount: 1n, resetsInMs: undefined, whenLapsed: 'free' } as const;
    await expect(ledger.reserve('id', [claim], 1000)).rejects.toMatchObject(refused);
    await expect(ledger.counters('')).rejects.toMatchObject(refused);
    await expect(cache.set('key', 1)).rejects.toMatchObject(refused);
    await expect(keys.get('key_1')).rejects.toMatchObject(refused);
    await expect(batches.load('job')).rejects.toMatchObject(refused);
    await expect(claims.claim('call')).rejects.toMatchObject(refused);
    await expect(jobs.load('job')).rejects.toMatchObject(refused);
    expect(await dump(redis)).toEqual(before);
  });
});
