import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';
import { HealthTracker } from './tracker.ts';

const T = 'a/x';
const error = new LlmError('server', 'down');

function setUp(random = () => 0): {
  health: HealthTracker;
  clock: { now: number };
  fail(extra?: object): void;
  state(): unknown;
} {
  const clock = { now: 1_000_000 };
  const stopped: Clock = {
    now: () => clock.now,
    sleep: () => Promise.resolve(),
    timer: () => () => undefined,
  };
  const health = new HealthTracker({}, stopped, random);
  const fail = (extra: object = {}): void => {
    const stamp = health.claim(T);
    health.fail(T, stamp, { retryAfterMs: undefined, atOnce: false, ...extra }, error);
  };
  return { health, clock, fail, state: () => health.snapshot()[T] };
}

describe('health', () => {
  it('benches at the second failure, for 5 s, then 10 s, doubling to 5 min', () => {
    const { health, clock, fail } = setUp();
    fail();
    expect(health.blocked(T)).toBeUndefined();
    fail();
    const cooldowns: number[] = [];
    for (let i = 0; i < 8; i++) {
      const until = health.blocked(T)?.until ?? 0;
      cooldowns.push((until - clock.now) / 1000);
      clock.now = until;
      fail();
    }
    expect(cooldowns).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('forgets failures and benches at a finish', () => {
    const { health, clock, fail, state } = setUp();
    fail();
    health.finish(T, health.claim(T));
    fail();
    expect(health.blocked(T)).toBeUndefined();
    fail();
    clock.now += 5000;
    health.finish(T, health.claim(T));
    expect(state()).toEqual({ state: 'healthy', failures: 0, benches: 0, until: undefined });
  });

  it('benches once for a burst of parallel failures', () => {
    const { health, state, clock } = setUp();
    const stamps = Array.from({ length: 64 }, () => health.claim(T));
    for (const stamp of stamps) health.fail(T, stamp, { retryAfterMs: undefined, atOnce: false }, error);
    expect(state()).toMatchObject({ state: 'benched', benches: 1, until: clock.now + 5000 });
  });

  it('keeps a bench after a late success', () => {
    const { health, fail, state } = setUp();
    const earlyStamp = health.claim(T);
    fail();
    fail();
    health.commit(T, earlyStamp);
    health.finish(T, earlyStamp);
    expect(state()).toMatchObject({ state: 'benched' });
  });

  it('permits one probe after the cooldown and blocks other calls', () => {
    const { health, clock, fail, state } = setUp();
    fail();
    fail();
    clock.now += 5000;
    expect(health.blocked(T)).toBeUndefined();
    expect(health.claim(T).isProbe).toBe(true);
    expect(health.blocked(T)).toBeDefined();
    expect(state()).toMatchObject({ state: 'probing' });
  });

  it('permits the probe at the end of the cooldown, however often it was queried before', () => {
    const { health, clock, fail } = setUp();
    fail();
    fail();
    for (let i = 0; i < 49; i++) {
      clock.now += 100;
      expect(health.blocked(T)).toBeDefined();
    }
    clock.now += 100;
    expect(health.blocked(T)).toBeUndefined();
  });

  it('permits another probe when one ends without a result or expires', () => {
    const { health, clock, fail } = setUp();
    fail();
    fail();
    clock.now += 5000;
    health.release(T, health.claim(T));
    expect(health.blocked(T)).toBeUndefined();
    health.claim(T);
    clock.now += 300_000;
    expect(health.blocked(T)).toBeUndefined();
  });

  it('ignores the release of an expired claim', () => {
    const { health, clock, fail } = setUp();
    fail();
    fail();
    clock.now += 5000;
    const first = health.claim(T);
    health.unbench(T);
    fail();
    fail();
    clock.now += 5000;
    health.claim(T);
    health.release(T, first);
    expect(health.blocked(T)).toBeDefined();
  });

  it('benches a target that always commits and then fails', () => {
    const { health, clock, fail, state } = setUp();
    fail();
    fail();
    clock.now += 5000;
    for (let i = 0; i < 2; i++) {
      const stamp = health.commit(T, health.claim(T));
      expect(health.blocked(T)).toBeUndefined();
      health.fail(T, stamp, { retryAfterMs: undefined, atOnce: false }, error);
    }
    expect(state()).toMatchObject({ state: 'benched', benches: 2, until: clock.now + 10_000 });
  });

  it('applies a Retry-After longer than the cooldown, up to an hour', () => {
    const { health, clock, fail } = setUp();
    fail();
    fail({ retryAfterMs: 9000 });
    expect(health.blocked(T)?.until).toBe(clock.now + 9000);
    health.unbench(T);
    fail({ retryAfterMs: 277_777_777, atOnce: true });
    expect(health.blocked(T)?.until).toBe(clock.now + 3_600_000);
  });

  it('keeps a manual change after attempts that began before it', () => {
    const { health, state, clock } = setUp();
    const stamp = health.claim(T);
    health.bench(T, 60_000);
    health.finish(T, stamp);
    expect(state()).toMatchObject({ state: 'benched', until: clock.now + 60_000 });
    health.unbench(T);
    expect(state()).toEqual({ state: 'healthy', failures: 0, benches: 0, until: undefined, isByHand: true });
  });

  it('restores a snapshot from JSON with benches up to the cap', () => {
    const { health, fail, clock } = setUp();
    fail();
    fail();
    const stored = JSON.parse(JSON.stringify(health.snapshot())) as ReturnType<HealthTracker['snapshot']>;
    const other = setUp();
    other.health.restore(stored);
    expect(other.state()).toEqual(health.snapshot()[T]);
    other.clock.now = 0;
    other.health.restore({ [T]: { state: 'benched', failures: 0, benches: 9, until: clock.now + 1e12 } });
    expect(other.health.blocked(T)?.until).toBe(3_600_000);
  });

  it('applies the verdict of another process with jitter, except during its own probe', () => {
    const { health, clock, fail, state } = setUp(() => 0.5);
    const changes: unknown[] = [];
    health.onChange((target, { state: now }, origin) => changes.push([target, now, origin]));
    health.accept(T, { state: 'benched', benches: 2, forMs: 1000 });
    expect(state()).toMatchObject({ state: 'benched', benches: 2, until: clock.now + 1250 });
    health.accept(T, { state: 'benched', benches: 1, forMs: 10 });
    expect(health.blocked(T)?.until).toBe(clock.now + 1250);
    clock.now += 1250;
    health.claim(T);
    health.accept(T, { state: 'healthy' });
    expect(state()).toMatchObject({ state: 'probing' });
    fail();
    health.accept(T, { state: 'healthy' });
    expect(changes).toContainEqual([T, 'benched', 'accepted']);
    expect(changes.at(-1)).toEqual([T, 'healthy', 'accepted']);
  });

  it('ignores a listener that throws, and removes listeners', () => {
    const { health, state } = setUp();
    let count = 0;
    const forget = health.onChange(() => {
      count++;
      throw new Error('listener');
    });
    health.bench(T, 10);
    forget();
    health.unbench(T);
    expect([count, state()]).toMatchObject([1, { state: 'healthy' }]);
  });

  it('never shortens a bench after a failure', () => {
    const step = fc.oneof(
      fc.record({
        type: fc.constant('fail' as const),
        retryAfterMs: fc.option(fc.nat(5_000_000), { nil: undefined }),
        atOnce: fc.boolean(),
        stale: fc.boolean(),
      }),
      fc.record({ type: fc.constant('finish' as const) }),
      fc.record({ type: fc.constant('commit' as const) }),
      fc.record({ type: fc.constant('wait' as const), ms: fc.nat(400_000) }),
      fc.record({ type: fc.constant('hand' as const), ms: fc.nat(100_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { health, clock } = setUp();
        let stale = health.claim(T);
        for (const it of steps) {
          const before = health.snapshot()[T];
          if (it.type === 'wait') clock.now += it.ms;
          if (it.type === 'hand') health.bench(T, it.ms);
          if (it.type === 'finish') health.finish(T, health.claim(T));
          if (it.type === 'commit') stale = health.commit(T, health.claim(T));
          if (it.type !== 'fail') continue;
          const stamp = it.stale ? stale : health.claim(T);
          const beforeFailure = health.snapshot()[T];
          health.fail(T, stamp, it, error);
          const after = health.snapshot()[T];
          if (beforeFailure?.state === 'benched')
            expect(after?.until).toBeGreaterThanOrEqual(beforeFailure.until ?? 0);
          if (before?.state === 'benched' && after?.state === 'benched')
            expect(after.until).toBeGreaterThanOrEqual(before.until ?? 0);
        }
      }),
      { numRuns: process.env['SOAK'] === undefined ? 200 : 2000, seed: 20_261_120 },
    );
  });
});
