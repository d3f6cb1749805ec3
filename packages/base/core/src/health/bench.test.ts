import { describe, expect, it } from 'vitest';
import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';
import { credentialKey, HealthTracker, type Stamp } from './tracker.ts';

const T = 'a/x';
const down = new LlmError('server', 'down');
const failure = { retryAfterMs: undefined, atOnce: true };

function setUp(options = {}) {
  const time = { now: 1_000_000 };
  const clock: Clock = { now: () => time.now, sleep: () => Promise.resolve(), timer: () => () => undefined };
  const health = new HealthTracker(options, clock, () => 0);
  const changes: string[] = [];
  health.onChange((target, { state }) => changes.push(`${target} ${state}`));
  const claimEarly = (isAlone = true, claimMs = 1000): Stamp | undefined =>
    health.claimEarly(T, claimMs, isAlone);
  return { health, time, changes, claimEarly, state: () => health.snapshot()[T]?.state };
}

describe('a bench', () => {
  it('has an end, a cause, and whether it is probed', () => {
    const { health, time } = setUp();
    expect(health.fail(T, health.claim(T), failure, down)).toEqual({ until: 1_005_000, epoch: 1 });
    const bench = { until: 1_005_000, comesBack: 1_005_000, error: down, epoch: 1, isProbed: false };
    expect(health.blocked(T)).toEqual(bench);
    time.now = 1_005_000;
    health.claim(T, 700);
    expect(health.blocked(T)).toEqual({ ...bench, until: 1_005_700, epoch: 2, isProbed: true });
  });

  it('has no cause after a change by an operator or another process', () => {
    const { health } = setUp();
    health.fail(T, health.claim(T), failure, down);
    health.accept(T, { state: 'benched', benches: 1, forMs: 60_000 });
    expect(health.blocked(T)?.error).toBeUndefined();
    health.unbench(T);
    health.fail(T, health.claim(T), failure, down);
    health.bench(T, 9000);
    expect(health.blocked(T)?.error).toBeUndefined();
  });

  it('keeps its cause if another process reports what is already known', () => {
    const { health, changes } = setUp();
    health.fail(T, health.claim(T), failure, down);
    health.accept(T, { state: 'benched', benches: 1, forMs: 1 });
    expect([health.blocked(T)?.error, changes]).toEqual([down, ['a/x benched']]);
  });

  it('without an end lasts until the last valid date', () => {
    const { health } = setUp();
    health.bench(T, Infinity);
    health.accept('b/y', { state: 'benched', benches: 1, forMs: Infinity });
    for (const target of [T, 'b/y']) {
      expect(new Date(health.snapshot()[target]?.until ?? 0).getTime()).toBe(8.64e15);
    }
  });

  it('set manually survives a restart as JSON, and a response that arrives later', () => {
    const before = setUp();
    before.health.bench('a/', 7 * 86_400_000);
    before.health.bench(T, Infinity);
    const snapshotJson = JSON.stringify(before.health.snapshot());
    const { health, time } = setUp();
    health.restore(JSON.parse(snapshotJson) as ReturnType<typeof health.snapshot>);
    expect(JSON.stringify(health.snapshot())).toBe(snapshotJson);
    time.now += 6 * 86_400_000;
    expect(health.blocked('a/y')?.until).toBe(1_000_000 + 7 * 86_400_000);
    time.now += 2 * 86_400_000;
    health.finish(T, health.claimEarly(T, 1000, true)!);
    health.accept(T, { state: 'healthy' });
    expect(health.blocked(T)?.comesBack).toBe(8.64e15);
    health.accept(T, { state: 'healthy', isByHand: true });
    expect(health.blocked(T)).toBeUndefined();
  });

  it.each([
    [Number.NaN, 'NaN'],
    [-1, '-1'],
    [undefined, 'null'],
    ['5', 'a string'],
  ])('rejects a duration of %j', (ms, actual) => {
    const { health } = setUp();
    expect(() => {
      health.bench(T, ms as number);
    }).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: `ms of health.bench("a/x", ms) must be a number of 0 or more, not ${actual}`,
      }),
    );
    expect(health.snapshot()).toEqual({});
  });

  it('of 0 ms permits a probe at once', () => {
    const { health, state } = setUp();
    health.bench(T, 0);
    expect([health.blocked(T), state()]).toEqual([undefined, 'benched']);
  });

  it('of a provider applies to its targets, and ends for all or for one', () => {
    const { health } = setUp();
    health.bench('a/', 9000);
    expect([health.blocked(T)?.until, health.blocked('ab/x')]).toEqual([1_009_000, undefined]);
    health.bench(T, 1);
    health.bench('b/y', 1);
    const changes: unknown[] = [];
    health.onManualChange((type, target, until) => changes.push([type, target, until]));
    health.unbench('a/');
    health.unbench('c/z');
    expect(changes).toEqual([
      ['recovered', 'a/', undefined],
      ['recovered', T, undefined],
      ['recovered', 'c/z', undefined],
    ]);
    expect([health.blocked(T), health.blocked('b/y')?.until]).toEqual([undefined, 1_000_001]);
  });

  it('has the configured limits', () => {
    const options = { threshold: 1, cooldownMs: 10, cooldownCapMs: 30, retryAfterCapMs: 50 };
    const { health, time } = setUp(options);
    const failing = (retryAfterMs?: number): number => {
      const bench = health.fail(T, health.claim(T), { retryAfterMs, atOnce: false }, down);
      const ms = (bench?.until ?? 0) - time.now;
      time.now += ms;
      return ms;
    };
    expect([failing(), failing(), failing(), failing(900)]).toEqual([10, 20, 30, 50]);
  });
});

describe('a claim on a benched target', () => {
  it('expires after the time of a probe, and at most after the longest cooldown', () => {
    const { health, time } = setUp({ cooldownCapMs: 500 });
    health.bench(T, 0);
    health.claim(T, 100);
    expect(health.blocked(T)?.until).toBe(time.now + 100);
    time.now += 100;
    health.claim(T);
    expect(health.blocked(T)?.until).toBe(time.now + 500);
  });

  it('is not a probe for a healthy target, and is released by its owner only', () => {
    const { health, claimEarly } = setUp();
    expect(health.claim(T)).toEqual({ epoch: 0, isProbe: false, isEarly: false, isAlone: false });
    health.bench(T, 0);
    expect(health.claim(T)).toEqual({ epoch: 2, isProbe: true, isEarly: false, isAlone: false });
    expect(claimEarly(false)).toEqual({ epoch: 2, isProbe: true, isEarly: true, isAlone: false });
  });

  it('is exclusive before the bench ends, until it is released or expires', () => {
    const { health, time, claimEarly } = setUp({ cooldownCapMs: 500 });
    health.bench(T, 9000);
    const stamp = claimEarly();
    expect(stamp).toEqual({ epoch: 1, isProbe: true, isEarly: true, isAlone: true });
    expect([claimEarly(), health.blocked(T)?.isProbed]).toEqual([undefined, true]);
    expect(claimEarly(false)).toMatchObject({ isAlone: false });
    if (stamp !== undefined) health.release(T, stamp);
    expect(health.blocked(T)?.isProbed).toBe(false);
    claimEarly(true, 300);
    time.now += 299;
    expect(claimEarly()).toBeUndefined();
    time.now += 1;
    expect(claimEarly()).toBeDefined();
    time.now += 500;
    expect(claimEarly()).toBeDefined();
  });

  it('before the bench ends is possible on a clock that starts at 0', () => {
    const { health, time, claimEarly } = setUp();
    time.now = 0;
    health.bench(T, 9000);
    expect(claimEarly()).toBeDefined();
  });

  it.each(['commit', 'finish', 'release'] as const)('is released by its owner: %s', (end) => {
    const { health, claimEarly } = setUp();
    health.bench(T, 9000);
    const sharedClaim = claimEarly(false);
    const exclusiveClaim = claimEarly();
    if (sharedClaim !== undefined) health[end](T, sharedClaim);
    expect(claimEarly()).toBeUndefined();
    if (exclusiveClaim !== undefined) health[end](T, exclusiveClaim);
    expect(claimEarly()).toBeDefined();
  });

  it('before the bench ends ignores a failure without an event', () => {
    const { health, changes, claimEarly } = setUp();
    health.fail(T, health.claim(T), failure, down);
    const before = health.snapshot();
    const stamp = claimEarly();
    if (stamp !== undefined) expect(health.fail(T, stamp, failure, down)).toBeUndefined();
    expect([health.snapshot(), changes, claimEarly()]).toMatchObject([before, ['a/x benched'], {}]);
  });

  it('before the bench ends removes it with the first content and counts a later failure', () => {
    const { health, claimEarly, state } = setUp();
    health.fail(T, health.claim(T), { ...failure, retryAfterMs: 60_000 }, down);
    const stamp = claimEarly();
    if (stamp === undefined) throw new Error('expected a stamp');
    const after = health.commit(T, stamp);
    expect([state(), after]).toEqual([
      'healthy',
      { epoch: 2, isProbe: true, isEarly: false, isAlone: false },
    ]);
    expect(health.fail(T, after, failure, down)).toMatchObject({ until: 1_010_000 });
  });

  it('before a manual bench ends does not change it', () => {
    const { health, claimEarly } = setUp();
    health.fail(T, health.claim(T), failure, down);
    health.bench(T, 9000);
    const before = health.snapshot();
    const stamp = claimEarly();
    if (stamp === undefined) throw new Error('expected a stamp');
    const after = health.commit(T, stamp);
    expect(after).toMatchObject({ isEarly: true, isAlone: false });
    health.finish(T, after);
    health.release(T, after);
    expect([health.fail(T, after, failure, down), health.snapshot()]).toEqual([undefined, before]);
  });

  it('does not change a newer bench', () => {
    const { health } = setUp();
    health.fail(T, health.claim(T), failure, down);
    const stamp = health.claim(T);
    health.bench(T, 9000);
    const before = health.snapshot();
    expect(health.commit(T, stamp)).toBe(stamp);
    health.finish(T, stamp);
    health.release(T, stamp);
    expect([health.fail(T, stamp, failure, down), health.snapshot()]).toEqual([undefined, before]);
  });
});

describe('the stored health', () => {
  const key = (target: string): string => credentialKey(target, 'k1');

  it('emits one change per state, not per failure', () => {
    const { health, changes } = setUp();
    health.fail(T, health.claim(T), { ...failure, atOnce: false }, down);
    health.finish(T, health.claim(T));
    health.unbench(T);
    expect(changes).toEqual(['a/x healthy']);
  });

  it('contains credentials with their target, without events', () => {
    const { health, changes } = setUp({ threshold: 1 });
    const credentials = health.credentials();
    expect(health.credentials()).toBe(credentials);
    credentials.fail(key(T), credentials.claim(key(T)), { ...failure, atOnce: false }, down);
    const benched = { state: 'benched', failures: 0, benches: 1, until: 1_005_000 };
    const healthy = { state: 'healthy', failures: 0, benches: 0, until: undefined };
    expect(health.snapshot()).toEqual({ [T]: { ...healthy, credentials: { k1: benched } } });
    credentials.bench(credentialKey(T, 'k2'), 1);
    expect(Object.keys(health.snapshot()[T]?.credentials ?? {})).toEqual(['k1', 'k2']);
    expect(changes).toEqual([]);
  });

  it.each([
    ['a/x', ['a/xx', 'b/y']],
    ['a/', ['b/y']],
  ])('removes the credentials of an unbenched key: %s', (target, remaining) => {
    const { health } = setUp();
    for (const of of ['a/x', 'a/xx', 'b/y']) health.credentials().bench(key(of), 9000);
    health.unbench(target);
    expect(
      Object.keys(health.snapshot()).filter((of) => health.snapshot()[of]?.credentials !== undefined),
    ).toEqual(remaining);
  });

  it('is removed by reset, with claims and credentials', () => {
    const { health, claimEarly, changes } = setUp();
    health.bench(T, 9000);
    health.fail('b/y', health.claim('b/y'), { ...failure, atOnce: false }, down);
    claimEarly();
    health.credentials().bench(key(T), 9000);
    health.reset();
    expect([health.snapshot(), changes]).toEqual([{}, ['a/x benched', 'a/x healthy']]);
    expect(claimEarly()).toBeDefined();
  });

  it('contains at most 10,000 targets and removes the one unchanged for the longest time', () => {
    const { health } = setUp();
    for (let n = 0; n < 10_000; n++) health.bench(`a/${n}`, 9000);
    health.bench('a/0', 1);
    expect(Object.keys(health.snapshot())).toHaveLength(10_000);
    health.bench('a/more', 1);
    const targets = Object.keys(health.snapshot());
    expect([targets.length, targets[0], targets.at(-2)]).toEqual([10_000, 'a/2', 'a/0']);
  });
});
