import { setTimeout } from 'node:timers/promises';
import { describeWith, startRedis, until } from '@majordomo/services';
import { laneAttempt, laneCases, leaveLane, requestLane } from '@majordomo/services/features';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisStores, type LanesOptions } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { onRedis } from './support/stores.ts';

describeWith('redis', 'lanes', () => {
  const { stores } = onRedis();

  it.each(laneCases)('$name', async ({ name, run }) => {
    const prefix = `lanes that ${name}`;
    await run([stores({ prefix }).lanes, stores({ prefix }, 'node-redis with defaults').lanes]);
  });

  describe('without Redis', () => {
    async function setUpOutage(options: Partial<LanesOptions>) {
      const server = await startRedis();
      const { client, close } = clients['ioredis without an offline queue']!(server.url);
      const gate = redisStores({ client }).lanes({ name: 'gpu', most: 8, leaseMs: 60_000, ...options });
      onTestFinished(async () => {
        close();
        await server.stop();
      });
      const earlier = requestLane(gate);
      await until(() => earlier.outcome === 'admitted');
      await server.kill();
      return { gate, earlier, server };
    }

    it('allow a share of the attempts, including those admitted earlier, and all when Redis responds again', async () => {
      const { gate, earlier, server } = await setUpOutage({ whenDown: { share: 0.5 } });
      const all = [earlier, ...Array.from({ length: 10 }, () => requestLane(gate))];
      const inside = () => all.filter(({ outcome }) => outcome === 'admitted');
      await until(() => inside().length === 4);
      // Longer than an admission waits for Redis: an extra one would have been admitted by now.
      await setTimeout(300);
      expect(inside()).toHaveLength(4);
      await leaveLane(inside()[0]!).catch(() => undefined);
      await until(() => inside().length === 5);
      await server.start();
      // Attempts that were admitted during the outage have no reservation in Redis.
      await until(() => inside().length >= 8);
    });

    it('deny with whenDown "deny", with the time of a retry', async () => {
      const { gate } = await setUpOutage({ whenDown: 'deny' });
      expect(await gate.admit(laneAttempt())).toEqual({ deny: 'Redis does not answer', retryAfterMs: 1000 });
    });
  });

  it.each([
    [{ client: {} }, 'client'],
    [{ subscriber: {} }, 'subscriber'],
    [{ prefix: '' }, 'prefix'],
    [{ prefix: 'a{b}' }, 'prefix'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ keepRecordsMs: 1 }, 'keepRecordsMs'],
  ])('reject %j for the stores', (options, path) => {
    expect(() => stores(options)).toThrow(
      expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
    );
  });
});
