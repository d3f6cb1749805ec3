import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore } from '@majordomo/ledger';
import { describeWith, startRedis, type Redis } from '@majordomo/services';
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { Redis as Ioredis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PASSED, hundredCalls } from '../../src/ledger/hundred-calls.ts';

describe('100 parallel calls that reserve more than a budget and use less are all admitted', () => {
  it('in memory', async () => {
    expect(await hundredCalls([memoryStore()])).toEqual(ALL_PASSED);
  });

  it('by two ledgers in memory', async () => {
    const store = memoryStore();
    expect(await hundredCalls([store, store])).toEqual(ALL_PASSED);
  });

  it('over two connections to SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'majordomo-held-'));
    try {
      const path = join(folder, 'books.db');
      await using one = sqliteStores(path);
      await using two = sqliteStores(path);
      expect(await hundredCalls([one.ledger, two.ledger])).toEqual(ALL_PASSED);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describeWith('redis', '100 parallel calls that reserve more than a budget and use less', () => {
  let server: Redis;
  const clients: Ioredis[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  it('are all admitted over two connections to Redis', async () => {
    const stores = [1, 2].map(() => {
      const client = new Ioredis(server.url);
      clients.push(client);
      return redisStores({ client, timeoutMs: 10_000 }).ledger;
    });
    expect(await hundredCalls(stores)).toEqual(ALL_PASSED);
  });
});
