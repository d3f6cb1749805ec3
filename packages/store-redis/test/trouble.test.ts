import type { Claim } from '@majordomo/ledger';
import { describeWith, startRedis } from '@majordomo/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { until } from './support/until.ts';

const claim = (of: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 1000n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  ...of,
});

const isTaken = async (asked: unknown): Promise<boolean> => (await outcome(asked)) === 'answered';

const outcome = (asked: unknown): Promise<string> =>
  Promise.resolve(asked).then(
    () => 'answered',
    (error: unknown) => (error as { kind: string }).kind,
  );

describeWith('redis', 'a Redis in trouble', () => {
  describe.each(Object.keys(clients))('asked with %s', (kind) => {
    async function setUp() {
      const server = await startRedis({ append: 'always' });
      const { client, close } = clients[kind]!(server.url);
      const { ledger, cache } = redisStores({ client });
      const reserve = (id: string) => ledger.reserve(id, [claim()], 600_000);
      const held = async () => (await ledger.counters('a'))[0]?.held;
      onTestFinished(async () => {
        close();
        await server.stop();
      });
      // A busy machine may need longer than 250 ms to connect.
      await until(() => isTaken(reserve('first')));
      return {
        server,
        ledger,
        cache,
        reserve,
        held,
      };
    }

    it('is waited for 250 ms when it is stalled, and holds nothing of what nobody waited for', async () => {
      const { server, cache, ledger, reserve, held } = await setUp();
      server.pause();
      const asked = [reserve('2'), reserve('3'), cache.get('a'), ledger.settle('other', [])];
      expect(await Promise.all(asked.map(outcome))).toEqual(asked.map(() => 'timeout'));
      expect(await outcome(reserve('4'))).toBe('timeout');
      server.resume();
      await until(() => isTaken(reserve('5')));
      expect(await held()).toBe(2n);
    });

    it('is not waited for when it is gone, and used again as soon as it is back', async () => {
      const { server, cache, reserve, held } = await setUp();
      const inFlight = outcome(reserve('2'));
      await server.kill();
      // The first command may detect that Redis is down.
      expect(await outcome(reserve('3'))).toBeOneOf(['network', 'server', 'timeout']);
      expect(await outcome(reserve('4'))).toBe('network');
      expect(await outcome(cache.get('a'))).toBe('network');
      await inFlight;
      await server.start();
      await until(() => isTaken(reserve('6')));
      // What was under way may have been done, unheard.
      expect(await held()).toBeOneOf([2n, 3n]);
    });
  });
});
