import { LlmError } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../memory/memory-store.ts';
import { Outbox } from './outbox.ts';
import { UnconfirmedReservations } from './unconfirmed.ts';

const claim = {
  counter: 'c',
  max: 10_000n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
} as const;

/** Creates unconfirmed reservations over a store that fails while `state.isDown`, and records the ids that are released. */
function setUp() {
  const clock = fakeClock();
  const memory = memoryStore({ clock });
  const state = { isDown: false, inProgress: 0, mostInProgress: 0 };
  const sent: string[] = [];
  const store: typeof memory = {
    ...memory,
    async settle(id, used) {
      sent.push(id);
      state.mostInProgress = Math.max(state.mostInProgress, ++state.inProgress);
      await Promise.resolve();
      state.inProgress--;
      if (state.isDown) throw new Error('down');
      return memory.settle(id, used);
    },
  };
  const outbox = new Outbox(clock, () => undefined);
  const released: string[] = [];
  const onRelease = (counters: Iterable<string>): void => {
    released.push(...counters);
  };
  const unreleased: unknown[] = [];
  const onUnreleased = (count: number, error: unknown): void => {
    unreleased.push([count, error instanceof Error ? error.message : error]);
  };
  const reservations = new UnconfirmedReservations({ store, clock, outbox, onRelease, onUnreleased });
  const reserve = (id: string): unknown => memory.reserve(id, [claim], 30_000);
  const amounts = async (): Promise<unknown> =>
    (await memory.counters('c')).map(({ used, held }) => [used, held]);
  return { clock, store, state, sent, released, outbox, unreleased, reservations, reserve, amounts };
}

describe('unconfirmed reservations', () => {
  it('are released at once if the store answers, and the counters of existing ones are reported', async () => {
    const { reservations, reserve, amounts, outbox, sent, released } = setUp();
    reserve('a');
    reservations.add('a', [claim]);
    reservations.add('never made', [{ ...claim, counter: 'other' }]);
    await outbox.flush();
    expect(await amounts()).toEqual([[0n, 0n]]);
    expect([sent, released]).toEqual([
      ['a', 'never made', 'never made'],
      ['c', 'other'],
    ]);
  });

  it('are collected while the store is down, and each retry sends one request', async () => {
    const { clock, state, reservations, sent } = setUp();
    state.isDown = true;
    for (let number = 0; number < 500; number++) reservations.add(`id ${number}`, []);
    await clock.advance(60_000);
    // At once, and after 1, 2, 4, 8, 16 and 30 seconds.
    expect(sent).toEqual(Array(6).fill('id 0'));
  });

  it.each([
    ['the outbox retries', async ({ clock }: ReturnType<typeof setUp>) => clock.advance(30_000)],
    [
      'a call has used the store',
      async ({ reservations }: ReturnType<typeof setUp>) => reservations.onStoreUp(),
    ],
    ['the ledger is flushed', async ({ outbox }: ReturnType<typeof setUp>) => outbox.flush()],
  ])('are all released, in groups of 100, when %s', async (_, whenUp) => {
    const world = setUp();
    const { clock, state, reservations, reserve, amounts } = world;
    state.isDown = true;
    for (let number = 0; number < 500; number++) {
      reserve(`id ${number}`);
      reservations.add(`id ${number}`, []);
    }
    await clock.advance(20_000);
    state.isDown = false;
    await whenUp(world);
    await clock.advance(0);
    expect([await amounts(), state.mostInProgress]).toEqual([[[0n, 0n]], 100]);
  });

  it('are released although the lease has ended', async () => {
    const { clock, state, reservations, reserve, amounts, outbox } = setUp();
    state.isDown = true;
    reserve('a');
    reservations.add('a', []);
    await clock.advance(40_000);
    expect(await amounts()).toEqual([[1n, 0n]]);
    state.isDown = false;
    await outbox.flush();
    expect(await amounts()).toEqual([[0n, 0n]]);
  });

  it('are not made later by a request that the store still executes', async () => {
    const { clock, reservations, reserve, amounts, outbox } = setUp();
    reservations.add('late', [claim]);
    await outbox.flush();
    await clock.advance(599_000);
    reserve('late');
    expect(await amounts()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('that fail one by one do not lose the others of their group', async () => {
    const { clock, reservations, reserve, amounts, store, outbox } = setUp();
    const { settle } = store;
    let failures = 1;
    store.settle = async (id, used) => {
      if (id === 'id 1' && failures-- > 0) throw new Error('cut');
      return settle(id, used);
    };
    for (const id of ['id 0', 'id 1', 'id 2']) {
      reserve(id);
      reservations.add(id, []);
    }
    await clock.advance(0);
    expect(await amounts()).toEqual([[0n, 1n]]);
    await outbox.flush();
    expect(await amounts()).toEqual([[0n, 0n]]);
  });

  it('whose release has no result are released again after 30 seconds', async () => {
    const { clock, reservations, reserve, amounts, store } = setUp();
    const { settle } = store;
    let isFirst = true;
    store.settle = (id, used) => {
      const hangs = isFirst;
      isFirst = false;
      return hangs ? new Promise<never>(() => undefined) : settle(id, used);
    };
    reserve('a');
    reservations.add('a', []);
    await clock.advance(31_000);
    await clock.advance(1000);
    expect(await amounts()).toEqual([[0n, 0n]]);
  });

  it('above 10,000 are reported once, when the store answers again', async () => {
    const { state, reservations, outbox, sent, unreleased } = setUp();
    state.isDown = true;
    for (let number = 0; number < 10_003; number++) reservations.add(`id ${number}`, []);
    await outbox.flush().catch(() => undefined);
    expect(unreleased).toEqual([]);
    state.isDown = false;
    await outbox.flush();
    expect([unreleased, new Set(sent).size]).toEqual([[[3, undefined]], 10_000]);
  });

  it('that the store rejects are reported, and later ones are released', async () => {
    const { reservations, reserve, amounts, store, outbox, unreleased } = setUp();
    const { settle } = store;
    store.settle = () => Promise.reject(new LlmError('invalid-request', 'no such counter'));
    reservations.add('a', []);
    await outbox.flush().catch(() => undefined);
    expect(unreleased).toEqual([[1, 'no such counter']]);
    store.settle = settle;
    reserve('b');
    reservations.add('b', []);
    await outbox.flush();
    expect(await amounts()).toEqual([[0n, 0n]]);
  });

  it('are reported with the error if the ledger is closed while the store is down', async () => {
    const { state, reservations, outbox, unreleased } = setUp();
    state.isDown = true;
    for (const id of ['a', 'b']) reservations.add(id, []);
    await expect(outbox.close()).rejects.toThrow('down');
    expect(unreleased).toEqual([[2, 'down']]);
  });
});
