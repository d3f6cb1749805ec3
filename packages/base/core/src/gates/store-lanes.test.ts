import { describe, expect, it } from 'vitest';
import { manualClock, settled } from '../../test/support/manual-clock.ts';
import type { Clock } from '../types/call-options.ts';
import type { AttemptInfo, Denial, Permit } from '../types/gate.ts';
import type { Attempt } from '../types/llm-error.ts';
import { type LaneReservations, sharedLanes, type SharedLanesOptions } from './store-lanes.ts';

const outcome: Attempt = { target: 'a/x', outcome: 'finished', error: undefined, usage: undefined, ms: 5 };

/** Store of one process without expiring leases. It fails while `isDown` is set. */
class TestStore implements LaneReservations {
  isDown = false;
  readonly calls: string[] = [];
  readonly claims: unknown[] = [];
  /** Counters by the id of the reservation. */
  readonly reserved = new Map<string, string>();

  reserve(id: string, claims: Parameters<LaneReservations['reserve']>[1], leaseMs: number): unknown {
    this.calls.push(`reserve for ${leaseMs}`);
    if (this.isDown) throw new Error('down');
    this.claims.push(...claims);
    for (const { counter, max, amount } of claims)
      if (BigInt(this.count(counter)) + amount > max) return { counter };
    for (const { counter, amount } of claims) if (amount > 0n) this.reserved.set(id, counter);
    return undefined;
  }

  /** Returns the number of reservations on a counter, by default that of the lane `all`. */
  count(counter = 'lanes/all/'): number {
    return [...this.reserved.values()].filter((each) => each === counter).length;
  }

  renew(_id: string, leaseMs: number): unknown {
    this.calls.push(`renew for ${leaseMs}`);
    return this.isDown ? Promise.reject(new Error('down')) : undefined;
  }

  settle(id: string): unknown {
    this.calls.push('settle');
    this.reserved.delete(id);
    return undefined;
  }
}

function setUp(options: Partial<SharedLanesOptions> = {}, store = new TestStore()) {
  const clock = manualClock();
  const background: unknown[] = [];
  const recording: Clock = {
    ...clock,
    timer: (ms, run, options) => {
      background.push(options?.isBackground);
      return clock.timer(ms, run);
    },
  };
  const gate = sharedLanes(
    { store, storeName: 'Test', clock: recording },
    { name: 'all', most: 1, ...options },
  );
  const admitted: string[] = [];
  const permits = new Map<string, Permit>();
  const enter = (
    id: string,
    target = 'a/x',
    info: { readonly signal?: AbortSignal; isLapsed?: boolean } = {},
  ): Promise<Permit | Denial | undefined> => {
    const { signal = new AbortController().signal } = info;
    const attempt = Object.assign(info, { target, signal, attempt: 1, call: { id } }) as AttemptInfo;
    return Promise.resolve(gate.admit(attempt)).then((answer) => {
      if (answer !== undefined && 'settle' in answer) {
        admitted.push(id);
        permits.set(id, answer);
      }
      return answer;
    });
  };
  const leave = async (id: string): Promise<void> => {
    await permits.get(id)?.settle(outcome);
    await settled();
  };
  return { gate, store, clock, background, admitted, enter, leave };
}

describe('shared lanes', () => {
  it('admit attempts up to the maximum, and others when a reservation is released', async () => {
    const { enter, leave, admitted, clock } = setUp({ most: 2 });
    for (const id of ['1', '2', '3']) void enter(id);
    await clock.advance(1000);
    expect(admitted).toEqual(['1', '2']);
    await leave('1');
    await clock.advance(250);
    expect(admitted).toEqual(['1', '2', '3']);
  });

  it('claim a place that is free again when the lease of a dead process ends', async () => {
    const { enter, store, gate } = setUp({ name: 'my lanes', most: 3 });
    await enter('1');
    expect([gate.name, store.claims, [...store.reserved.keys()]]).toEqual([
      'lanes my lanes',
      [
        {
          counter: 'waiting lanes/my%20lanes/',
          max: 0n,
          amount: 0n,
          resetsInMs: undefined,
          whenLapsed: 'free',
        },
        { counter: 'lanes/my%20lanes/', max: 3n, amount: 1n, resetsInMs: undefined, whenLapsed: 'free' },
      ],
      ['lane/lanes/my%20lanes//1/a/x/1'],
    ]);
  });

  it.each([
    [undefined, ['1']],
    ['target', ['1', '2', '3']],
    ['provider', ['1', '3']],
  ] as const)('are separate for each %s', async (each, expected) => {
    const { enter, admitted, clock } = setUp({ each });
    void enter('1', 'ab/x/z');
    void enter('2', 'ab/y');
    void enter('3', 'ac/x');
    await clock.advance(1000);
    expect(admitted).toEqual(expected);
  });

  it('try to reserve after 10 ms, then after twice the time, up to 250 ms', async () => {
    const { enter, store, clock } = setUp();
    await enter('1');
    void enter('2');
    const tries: number[] = [];
    for (let ms = 0; ms < 1000; ms += 5) {
      const before = store.calls.length;
      await clock.advance(5);
      if (store.calls.length > before) tries.push(ms + 5);
    }
    expect(tries).toEqual([10, 30, 70, 150, 310, 560, 810]);
  });

  it('are used again at once while no attempt has waited for a second', async () => {
    const store = new TestStore();
    const [mine, theirs] = [setUp({}, store), setUp({}, store)];
    await mine.enter('1');
    void theirs.enter('2');
    await theirs.clock.advance(900);
    await mine.leave('1');
    await mine.enter('3');
    expect(mine.admitted).toEqual(['1', '3']);
  });

  it('let an attempt that has waited for a second try before new attempts of all processes', async () => {
    const store = new TestStore();
    const [mine, theirs] = [setUp({}, store), setUp({}, store)];
    await mine.enter('1');
    void theirs.enter('2');
    await theirs.clock.advance(1100);
    await mine.leave('1');
    void mine.enter('3');
    await mine.clock.advance(249);
    expect(mine.admitted).toEqual(['1']);
    await theirs.clock.advance(250);
    expect(theirs.admitted).toEqual(['2']);
    await theirs.leave('2');
    await mine.clock.advance(1);
    expect([mine.admitted, store.reserved.size]).toEqual([['1', '3'], 1]);
  });

  it('stop waiting when the call is aborted', async () => {
    const { enter, clock, store } = setUp();
    const controller = new AbortController();
    await enter('1');
    const waiting = enter('2', 'a/x', { signal: controller.signal });
    await clock.advance(100);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(store.reserved.size).toBe(1);
  });

  it('renew a reservation three times per lease while the attempt runs, without keeping the process alive', async () => {
    const { enter, leave, store, clock, background } = setUp();
    await enter('1');
    expect(store.calls).toEqual(['reserve for 15000']);
    await clock.advance(4999);
    expect(store.calls).toHaveLength(1);
    await clock.advance(1);
    store.isDown = true;
    await clock.advance(10_000);
    expect(store.calls.slice(1)).toEqual(Array.from({ length: 3 }, () => 'renew for 15000'));
    expect(background).toEqual([true, true, true, true]);
    await leave('1');
    expect([store.calls.at(-1), clock.pending()]).toEqual(['settle', 0]);
  });

  it('do not renew the reservation of an attempt that can no longer be running', async () => {
    const { enter, store, clock } = setUp({ leaseMs: 300 });
    const attempt = { isLapsed: false };
    await enter('1', 'a/x', attempt);
    await clock.advance(100);
    attempt.isLapsed = true;
    await clock.advance(1000);
    expect([store.calls, clock.pending()]).toEqual([['reserve for 300', 'renew for 300'], 0]);
  });
});

describe('shared lanes while the store does not respond', () => {
  const down = (options: Partial<SharedLanesOptions>) => {
    const store = new TestStore();
    store.isDown = true;
    return setUp(options, store);
  };

  it('deny the attempt for a second', async () => {
    const { enter } = down({ whenDown: 'deny' });
    expect(await enter('1')).toEqual({ deny: 'Test does not answer', retryAfterMs: 1000 });
  });

  it('admit every attempt', async () => {
    const { enter, leave, admitted, store } = down({ whenDown: 'admit' });
    for (const id of ['1', '2', '3']) await enter(id);
    await leave('1');
    expect([admitted, store.calls.includes('settle')]).toEqual([['1', '2', '3'], false]);
  });

  it.each<[string, SharedLanesOptions['whenDown'], number]>([
    ['one attempt by default', undefined, 1],
    ['one attempt for a small share', { share: 0.3 }, 1],
    ['the share of the maximum', { share: 0.5 }, 2],
    ['all for a share of 1', { share: 1 }, 5],
  ])('admit in each process %s', async (_, whenDown, expectedCount) => {
    const { enter, leave, admitted, clock } = down({ most: 5, whenDown });
    for (const id of ['1', '2', '3', '4', '5', '6']) void enter(id);
    await clock.advance(1000);
    expect(admitted).toHaveLength(expectedCount);
    await leave('1');
    await clock.advance(250);
    expect(admitted).toHaveLength(expectedCount + 1);
  });

  it('count attempts that were reserved before', async () => {
    const { enter, leave, admitted, store, clock } = setUp({ most: 2, whenDown: { share: 0 } });
    await enter('1');
    await enter('2');
    store.isDown = true;
    void enter('3');
    await leave('1');
    await clock.advance(250);
    expect(admitted).toEqual(['1', '2']);
    await leave('2');
    await clock.advance(250);
    expect(admitted).toEqual(['1', '2', '3']);
  });

  it('reserve again after the store has released a late reservation', async () => {
    const store = new TestStore();
    const released = new Set<string>();
    const reserve = store.reserve.bind(store);
    store.reserve = (id, claims, leaseMs) => {
      if (store.isDown) released.add(id);
      return released.has(id) && !store.isDown ? undefined : reserve(id, claims, leaseMs);
    };
    const { enter, admitted, clock } = setUp({}, store);
    await enter('1');
    store.isDown = true;
    void enter('2');
    await clock.advance(10);
    store.isDown = false;
    await clock.advance(1000);
    expect([admitted, store.reserved.size]).toEqual([['1'], 1]);
  });

  it('try with new ids, which stay short in a long outage', async () => {
    const store = new TestStore();
    const ids: string[] = [];
    store.reserve = (id) => {
      ids.push(id);
      throw new Error('down');
    };
    const { enter, clock } = setUp({}, store);
    await enter('1');
    void enter('2');
    await clock.advance(600_000);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids.map(({ length }) => length))).toBeLessThan(50);
  });
});

describe('options of shared lanes', () => {
  it.each<Partial<SharedLanesOptions>>([
    { most: 1, leaseMs: 1 },
    { each: 'target' },
    { each: 'provider' },
    { whenDown: 'admit' },
    { whenDown: 'deny' },
    { whenDown: { share: 0 } },
    { whenDown: { share: 1 } },
  ])('%j are accepted', (options) => {
    expect(() => setUp(options)).not.toThrow();
  });

  it.each<[Record<string, unknown>, string]>([
    [{ name: '' }, 'lanes: name must not be empty'],
    [{ name: undefined }, 'name'],
    [{ most: undefined }, 'most'],
    [{ most: 0 }, 'most'],
    [{ most: 1.5 }, 'lanes: most must be an integer, not 1.5'],
    [{ leaseMs: 0 }, 'leaseMs'],
    [{ each: 'model' }, 'each'],
    [{ whenDown: 'wait' }, `lanes: whenDown must be 'admit', 'deny' or { share } from 0 to 1, not "wait"`],
    [{ whenDown: { share: 1.1 } }, 'whenDown'],
    [{ whenDown: { share: -0.1 } }, 'whenDown'],
    [{ whenDown: { share: '1' } }, 'whenDown'],
    [{ whenDown: null }, `lanes: whenDown must be 'admit', 'deny' or { share } from 0 to 1, not null`],
  ])('%j are rejected', (options, message) => {
    expect(() => setUp(options)).toThrow(message);
  });
});
