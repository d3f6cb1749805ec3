import { join } from 'node:path';
import { createAgent, createRuns } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { describeWith, startRedis } from '@majordomo/services';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import { Queue } from 'bullmq';
import { testFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { decide, runWorker, start } from '../src/bullmq-worker.ts';

describeWith('redis', 'bullmq-worker', () => {
  it('a run continues in another worker, waits for a decision and pays once', async () => {
    const folder = testFolder();
    const redis = await startRedis();
    const { hostname: host, port } = new URL(redis.url);
    const connection = { host, port: Number(port) };
    const stores = sqliteStores(join(folder, 'runs.db'));
    const { records, close } = stores;
    const runs = createRuns({ records });
    const queue = new Queue('runs', { connection });
    let paid = 0;
    const pay = {
      name: 'pay',
      description: 'Pays',
      parameters: { type: 'object', properties: {} },
      approval: true,
      effect: 'once',
      run: () => `paid ${++paid}`,
    } as const;
    const turns = [{ toolCalls: [{ id: 'call', name: 'pay', args: {} }] }, 'done'];
    const majordomo = createMajordomo({ providers: [fakeProvider({ id: 'a', models: { x: turns } })] });
    const agent = createAgent({ model: majordomo.model('a/x'), tools: [pay] });

    const first = runWorker({ runs, records }, agent, connection);
    await start({ runs, queue }, agent, 'order-7', 'Pay');
    await expect.poll(() => runs.list({ awaiting: true }), { timeout: 30_000 }).toHaveLength(1);
    await first.close();
    expect(paid).toBe(0);

    await decide({ runs, queue }, 'order-7', { callId: 'call', approve: true });
    const second = runWorker({ runs, records }, agent, connection);
    await expect
      .poll(async () => (await runs.list({ done: true })).map(({ done }) => done), { timeout: 30_000 })
      .toEqual(['answered']);
    expect(paid).toBe(1);
    await second.close();
    await queue.close();
    await close();
    await redis.stop();
  }, 60_000);
});
