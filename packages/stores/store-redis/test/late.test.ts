import { createMajordomo, user } from '@majordomo/core';
import { createLedger, type Claim } from '@majordomo/ledger';
import { describeWith, until } from '@majordomo/services';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { redisStores } from '../src/index.ts';
import { clients } from './support/clients.ts';
import { slowTransportTo } from './support/slow-transport.ts';
import { onRedis } from './support/stores.ts';

const claim = (of: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 10n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  ...of,
});

const TIMEOUT_MS = 60_000;

/** Blocks this process. It does not read responses meanwhile. */
const block = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Blocks this process after clients have sent their commands, which they do in the next turn of the event loop. */
const blockAfterSend = (ms: number): unknown => setImmediate(() => setImmediate(() => block(ms)));

const failureOf = async (promise: unknown): Promise<unknown> => {
  try {
    return await promise;
  } catch (error) {
    return error;
  }
};

describeWith('redis', 'a late reply', () => {
  const { server, stores } = onRedis();

  async function setUpSlowTransport(prefix: string, kind = 'ioredis with defaults') {
    const transport = await slowTransportTo(server().port);
    const { client, close } = clients[kind]!(transport.url);
    onTestFinished(async () => {
      close();
      await transport.close();
    });
    const clock = fakeClock();
    const { ledger } = redisStores({ client, prefix, clock, timeoutMs: TIMEOUT_MS });
    // A busy machine may need longer than the timeout of a client.
    await until(async () => Array.isArray(await failureOf(ledger.counters(''))));
    const counter = async () => (await stores({ prefix }).ledger.counters('a'))[0];
    return { transport, ledger, counter, clock };
  }

  it('is read if this process was blocked', async () => {
    const { ledger } = stores({ timeoutMs: 100 });
    await ledger.counters('');
    const reservation = ledger.reserve('1', [claim()], 60_000);
    blockAfterSend(1000);
    expect(await reservation).toBeUndefined();
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
    const generate = () => majordomo.model('a/x').generate({ messages: [user('hi')] });
    await generate();
    const generation = generate();
    blockAfterSend(1000);
    expect((await generation).text).toBe('yes');
  });

  it('releases the reservation of a lane that has timed out, long before its lease ends', async () => {
    const { transport, ledger, counter, clock } = await setUpSlowTransport('late');
    transport.pause();
    const reservation = failureOf(ledger.reserve('1', [claim({ whenLapsed: 'free' })], 600_000));
    await until(() => transport.pendingCount() > 0);
    await clock.advance(TIMEOUT_MS + 100);
    expect(await reservation).toMatchObject({ kind: 'timeout' });
    expect(await counter()).toMatchObject({ held: 1n });
    transport.release();
    await until(async () => (await counter())?.held === 0n);
    expect(await counter()).toMatchObject({ used: 0n });
  });

  it('never arrives if the client gives up, so the reservation of a lane is released', async () => {
    const { transport, ledger, counter } = await setUpSlowTransport('lost', 'ioredis with a command timeout');
    transport.pause();
    const reservation = failureOf(ledger.reserve('1', [claim({ whenLapsed: 'free' })], 600_000));
    await until(async () => (await counter())?.held === 1n);
    expect(await reservation).toMatchObject({ kind: 'timeout' });
    await until(async () => (await counter())?.held === 0n);
  });

  it('does not release a reservation of the ledger, whose work may be admitted or booked', async () => {
    const { transport, ledger, counter, clock } = await setUpSlowTransport('late booking');
    await ledger.reserve('1', [claim()], 600_000);
    // A booking begins with an empty reservation of the same id.
    transport.pause();
    const booking = failureOf(ledger.reserve('1', [claim({ amount: 0n })], 600_000));
    await until(() => transport.pendingCount() > 0);
    await clock.advance(TIMEOUT_MS + 100);
    expect(await booking).toMatchObject({ kind: 'timeout' });
    transport.release();
    await clock.advance(1000);
    // A release of the reservation would have been sent by now.
    await ledger.counters('');
    expect(await ledger.settle('1', [{ counter: 'a', amount: 1n }])).toBe(true);
    expect(await counter()).toMatchObject({ used: 1n, held: 0n });
  });

  it('does not release a reservation that was requested again', async () => {
    const { transport, ledger, counter, clock } = await setUpSlowTransport('late twice');
    transport.pause();
    const first = failureOf(ledger.reserve('1', [claim({ whenLapsed: 'free' })], 600_000));
    await clock.advance(TIMEOUT_MS - 1);
    const second = ledger.reserve('1', [claim({ whenLapsed: 'free' })], 600_000);
    await until(async () => (await counter())?.held === 1n);
    await clock.advance(TIMEOUT_MS / 2);
    expect(await first).toMatchObject({ kind: 'timeout' });
    transport.release();
    expect(await second).toBeUndefined();
    // A release of the reservation would have been sent by now.
    await ledger.counters('');
    expect(await counter()).toMatchObject({ held: 1n });
  });
});
