import type { Claim } from '@majordomo/ledger';
import { CONNECTION_CUTS, describeWith, startCutProxy, startRedis, until } from '@majordomo/services';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';

const claim = (of: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 1000n,
  amount: 1n,
  resetsInMs: undefined,
  // A lane. The ledger releases its own late reservations.
  whenLapsed: 'free',
  ...of,
});

const isDone = async (work: unknown): Promise<boolean> => (await outcome(work)) === 'done';

/** Returns `done`, or the kind of the error. */
const outcome = (work: unknown): Promise<string> =>
  Promise.resolve(work).then(
    () => 'done',
    (error: unknown) => (error as { kind: string }).kind,
  );

describeWith('redis', 'a Redis that stalls or is down', () => {
  describe.each(Object.keys(clients))('with %s', (kind) => {
    async function setUp() {
      const server = await startRedis({ append: 'always' });
      const { client, close } = clients[kind]!(server.url);
      const { ledger } = redisStores({ client });
      const reserve = (id: string) => ledger.reserve(id, [claim()], 600_000);
      const patientLedger = redisStores({ client, timeoutMs: 10_000 }).ledger;
      const heldAmount = async () => (await patientLedger.counters('a'))[0]?.held;
      onTestFinished(async () => {
        close();
        await server.stop();
      });
      let tries = 0;
      // A busy machine may need longer than 250 ms. Each try has a new id, because the store releases a late lane.
      const reserveSoon = () => until(() => isDone(reserve(`try ${tries++}`)));
      await reserveSoon();
      return { server, ledger, reserve, reserveSoon, held: heldAmount };
    }

    it('times out after 250 ms while it stalls, and reserves nothing for calls that have timed out', async () => {
      const { server, ledger, reserve, reserveSoon, held: heldAmount } = await setUp();
      server.pause();
      const commands = [reserve('2'), reserve('3'), ledger.counters('a'), ledger.settle('other', [])];
      expect(await Promise.all(commands.map(outcome))).toEqual(commands.map(() => 'timeout'));
      expect(await outcome(reserve('4'))).toBe('timeout');
      server.resume();
      await reserveSoon();
      expect(await heldAmount()).toBe(2n);
    });

    it('fails immediately while it is down, and is used again when it is back', async () => {
      const { server, ledger, reserve, reserveSoon, held: heldAmount } = await setUp();
      const inFlight = outcome(reserve('2'));
      await server.kill();
      // A client with a queue sends the first command again until the timeout.
      expect(await outcome(reserve('3'))).toBeOneOf(['network', 'timeout']);
      expect(await outcome(reserve('4'))).toBe('network');
      expect(await outcome(ledger.counters('a'))).toBe('network');
      await inFlight;
      await server.start();
      await reserveSoon();
      // Redis may have stored the reservation in flight before it was killed.
      expect(await heldAmount()).toBeOneOf([2n, 3n]);
    });

    it('makes a write once, and returns its versions, if its connection is cut', async () => {
      await using server = await startRedis();
      await using proxy = await startCutProxy(server.port);
      const { client, close } = clients[kind]!(`redis://127.0.0.1:${proxy.port}`);
      onTestFinished(() => void close());
      const { records } = redisStores({ client, timeoutMs: 10_000 });
      const put = (version: number, value: string) =>
        records.write('a', [
          { type: 'put', key: 'a', version, value },
          { type: 'remove', key: 'b' },
        ]);
      let version = 0;
      for (const cut of CONNECTION_CUTS) {
        await until(() => isDone(records.get('a', 'a')));
        await records.write('a', [{ type: 'put', key: 'b', value: '1' }]);
        proxy.cutAt(cut, 0);
        // A client may send the command again, or fail.
        const versions = await put(version, cut).catch(() => 'failed');
        await until(() => isDone(records.get('a', 'a')));
        const record = await records.get('a', 'a');
        if (versions !== 'failed') expect(versions).toEqual([record?.version, 0]);
        version = record?.version ?? 0;
      }
    });
  });
});
