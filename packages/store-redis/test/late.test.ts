import { createMajordomo, user } from '@majordomo/core';
import { createLedger, type Claim } from '@majordomo/ledger';
import { describeWith } from '@majordomo/services';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { slowWayTo } from './support/slow-transport.ts';
import { onRedis } from './support/stores.ts';
import { until } from './support/until.ts';

const claim = (of: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 10n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  ...of,
});

const TIMEOUT_MS = 60_000;

/** This process does nothing at all for so long, not even read what has come. */
const stall = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Clients write with the next turn of the loop. */
const stallOnceSent = (ms: number): unknown => setImmediate(() => setImmediate(() => stall(ms)));

const failureOf = async (asked: unknown): Promise<unknown> => {
  try {
    return await asked;
  } catch (error) {
    return error;
  }
};

describeWith('redis', 'a late reply', () => {
  const { server, stores } = onRedis();

  async function slowly(prefix: string) {
    const way = await slowWayTo(server().port);
    const { client, close } = clients['ioredis as it is']!(way.url);
    onTestFinished(async () => {
      close();
      await way.close();
    });
    const clock = fakeClock();
    const { ledger } = redisStores({ client, prefix, clock, timeoutMs: TIMEOUT_MS });
    await ledger.counters('');
    const counter = async () => (await stores({ prefix }).ledger.counters('a'))[0];
    return { way, ledger, counter, clock };
  }

  it('is read if this process was blocked', async () => {
    const { ledger } = stores({ timeoutMs: 100 });
    await ledger.counters('');
    const asked = ledger.reserve('1', [claim()], 60_000);
    stallOnceSent(1000);
    expect(await asked).toBeUndefined();
    expect(await ledger.counters('a')).toMatchObject([{ held: 1n }]);
  });

  it('is read by a ledger if this process was blocked', async () => {
    const { ledger: store } = stores({ timeoutMs: 100 });
    await store.counters('');
    const limits = [{ name: 'all', max: { requests: 2 }, per: 'ever' }] as const;
    const majordomo = createMajordomo({
      providers: [fakeProvider({ id: 'a', models: { x: ['yes', 'yes'] } })],
      gates: [createLedger({ store, limits, storeTimeoutMs: 100 }).gate],
    });
    const ask = () => majordomo.model('a/x').generate({ messages: [user('hi')] });
    await ask();
    const asked = ask();
    stallOnceSent(1000);
    expect((await asked).text).toBe('yes');
  });

  it('releases the reservation of a call that has timed out, long before its lease ends', async () => {
    const { way, ledger, counter, clock } = await slowly('late');
    way.hold();
    const asked = failureOf(ledger.reserve('1', [claim()], 600_000));
    await until(() => way.waiting() > 0);
    await clock.advance(TIMEOUT_MS + 100);
    expect(await asked).toMatchObject({ kind: 'timeout' });
    expect(await counter()).toMatchObject({ held: 1n });
    way.release();
    await until(async () => (await counter())?.held === 0n);
    expect(await counter()).toMatchObject({ used: 0n });
  });

  it('does not release a reservation that was requested again', async () => {
    const { way, ledger, counter, clock } = await slowly('late twice');
    way.hold();
    const first = failureOf(ledger.reserve('1', [claim()], 600_000));
    await clock.advance(TIMEOUT_MS - 1);
    const second = ledger.reserve('1', [claim()], 600_000);
    await until(async () => (await counter())?.held === 1n);
    await clock.advance(TIMEOUT_MS / 2);
    expect(await first).toMatchObject({ kind: 'timeout' });
    way.release();
    expect(await second).toBeUndefined();
    // What would be given back had been sent by now.
    await ledger.counters('');
    expect(await counter()).toMatchObject({ held: 1n });
  });
});
