import { describe, expect, it } from 'vitest';
import {
  afterVerdict,
  afterManualBench,
  blockedUntil,
  afterClaim,
  afterCommit,
  afterEarlyCommit,
  type Condition,
  afterFailure,
  afterFinish,
  HEALTHY,
  afterRelease,
  afterRestore,
  afterManualUnbench,
} from './transitions.ts';

const policy = { threshold: 3, cooldownMs: 10, cooldownCapMs: 100, retryAfterCapMs: 1000 };
const NOW = 5000;
const benched: Condition = {
  state: 'benched',
  failures: 0,
  benches: 2,
  until: 6000,
  epoch: 7,
  benchEnd: 6000,
  isByHand: false,
};
const probing: Condition = { ...benched, state: 'probing', failures: 1, until: 5100 };
const failedOnce: Condition = { ...HEALTHY, failures: 1, benches: 1, epoch: 4 };

describe('a healthy condition', () => {
  it('is not changed by a claim, content, a release or a healthy verdict', () => {
    expect(afterClaim(HEALTHY, NOW, 100)).toBe(HEALTHY);
    expect(afterCommit(failedOnce)).toBe(failedOnce);
    expect(afterRelease(failedOnce)).toBe(failedOnce);
    expect(afterVerdict(failedOnce, { state: 'healthy' }, NOW)).toBe(failedOnce);
    expect(blockedUntil({ ...failedOnce, until: NOW + 1 }, NOW)).toBeUndefined();
  });

  it('forgets failures and benches at a finish, in the same epoch', () => {
    expect(afterFinish(HEALTHY)).toBe(HEALTHY);
    expect(afterFinish({ ...HEALTHY, failures: 1 })).toEqual(HEALTHY);
    expect(afterFinish({ ...HEALTHY, benches: 1 })).toEqual(HEALTHY);
    expect(afterFinish(failedOnce)).toEqual({ ...HEALTHY, epoch: 4 });
  });
});

describe('a benched condition', () => {
  it('blocks until its end, exclusively', () => {
    expect(blockedUntil(benched, 5999)).toBe(6000);
    expect(blockedUntil(benched, 6000)).toBeUndefined();
    expect(blockedUntil({ ...benched, until: undefined }, 0)).toBeUndefined();
  });

  it.each([
    ['a cooldown above the Retry-After', { benches: 2 }, 1, NOW + 40],
    ['the end of the earlier bench', { benches: 0, benchEnd: 9999 }, undefined, 9999],
  ])('after a failure ends with %s', (_, before, retryAfterMs, until) => {
    const condition = { ...probing, benchEnd: 0, ...before };
    expect(afterFailure(condition, { retryAfterMs, atOnce: false }, policy, NOW)).toEqual({
      state: 'benched',
      failures: 0,
      benches: before.benches + 1,
      until,
      epoch: 8,
      benchEnd: until,
      isByHand: false,
    });
  });

  it('is no longer manual after a failure or a longer verdict of another process', () => {
    const manualBench = { ...benched, isByHand: true };
    const failure = { retryAfterMs: undefined, atOnce: true };
    expect(afterFailure(manualBench, failure, policy, NOW).isByHand).toBe(false);
    expect(afterVerdict(manualBench, { state: 'benched', benches: 1, forMs: 1 }, 7000).isByHand).toBe(false);
  });

  it('after a failure without a cooldown ends at once', () => {
    const failure = { retryAfterMs: undefined, atOnce: false };
    expect(afterFailure({ ...probing, benchEnd: 0 }, failure, { ...policy, cooldownMs: 0 }, NOW).until).toBe(
      NOW,
    );
  });

  it('keeps its bench count after a manual bench and resets all after a manual unbench', () => {
    expect(afterManualBench(benched, 9000)).toEqual({
      ...benched,
      until: 9000,
      benchEnd: 9000,
      epoch: 8,
      isByHand: true,
    });
    for (const isByHand of [false, true]) {
      const after = afterManualUnbench({ ...benched, failures: 1, isByHand });
      expect(after).toEqual({ ...HEALTHY, epoch: 8, isByHand: true });
    }
  });
});

describe('the first content of a benched target', () => {
  it('ends an automatic bench', () => {
    const { failures, benches } = benched;
    expect(afterEarlyCommit(benched)).toEqual({ ...HEALTHY, failures, benches, epoch: 8 });
    expect(afterEarlyCommit(failedOnce)).toBe(failedOnce);
  });
});

describe('a probing condition', () => {
  it('is healthy after the first content, and reset after the finish', () => {
    const { benchEnd } = probing;
    expect(afterCommit(probing)).toEqual({ ...probing, state: 'healthy', until: undefined, epoch: 8 });
    expect(afterFinish(probing)).toEqual({ ...HEALTHY, benchEnd, epoch: 8 });
  });

  it('is benched to the same end when it is released', () => {
    expect(afterRelease(probing)).toEqual({ ...probing, state: 'benched', until: 6000, epoch: 8 });
    expect(afterRelease(benched)).toBe(benched);
  });
});

describe('a verdict of another process', () => {
  const verdict = { state: 'benched', benches: 5, forMs: 1 } as const;

  it('extends an automatic bench', () => {
    const extended = { ...benched, benches: 5, until: 6001, benchEnd: 6001, epoch: 8 };
    expect(afterVerdict(benched, verdict, 6001)).toEqual({ ...extended, failures: 0, isByHand: false });
  });

  it('does not shorten a bench or change a probe, and ends a bench if healthy', () => {
    expect(afterVerdict(benched, verdict, 6000)).toBe(benched);
    expect(afterVerdict(HEALTHY, verdict, 0)).toBe(HEALTHY);
    expect(afterVerdict(probing, verdict, 9000)).toBe(probing);
    expect(afterVerdict(probing, { state: 'healthy' }, 0)).toBe(probing);
    expect(afterVerdict(benched, { state: 'healthy' }, 0)).toEqual({ ...HEALTHY, epoch: 8 });
  });
});

describe('a manual change in another process', () => {
  const manualBench = { ...benched, isByHand: true };
  const verdict = { state: 'benched', benches: 5, forMs: 1, isByHand: true } as const;

  it('replaces a longer automatic bench and remains manual', () => {
    expect(afterVerdict(failedOnce, verdict, 1)).toMatchObject({
      state: 'benched',
      until: 1,
      isByHand: true,
    });
    expect(afterVerdict(benched, verdict, 5500)).toMatchObject({
      until: 6000,
      benchEnd: 6000,
      isByHand: true,
    });
    expect(afterVerdict(manualBench, verdict, 6000)).toBe(manualBench);
  });

  it('is the only verdict that ends a manual bench early', () => {
    expect(afterVerdict(manualBench, { state: 'healthy' }, 0)).toBe(manualBench);
    expect(afterVerdict(manualBench, { state: 'healthy', isByHand: true }, 0)).toEqual({
      ...HEALTHY,
      epoch: 8,
      isByHand: true,
    });
    expect(afterVerdict(benched, { state: 'healthy', isByHand: true }, 0)).toMatchObject({
      state: 'healthy',
    });
  });
});

describe('a stored condition', () => {
  const stored = { state: 'benched', failures: 1, benches: 3, until: 5500 } as const;
  const restoredTo = (until: number): object => ({
    ...stored,
    until,
    benchEnd: until,
    epoch: 8,
    isByHand: false,
  });

  it.each([
    ['to its end', stored, 5500],
    ['at most for the longest possible bench', { ...stored, until: 9e9 }, NOW + 1000],
    ['until now without an end', { ...stored, until: undefined }, NOW],
    ['until now when another process probes it', { ...stored, state: 'probing' as const }, NOW],
  ])('is benched %s', (_, health, until) => {
    expect(afterRestore(benched, health, policy, NOW)).toEqual(restoredTo(until));
  });

  it('is limited to the longest cooldown', () => {
    const short = { ...policy, retryAfterCapMs: 1 };
    expect(afterRestore(benched, { ...stored, until: 9e9 }, short, NOW).until).toBe(NOW + 100);
  });

  it('stays manual with its complete duration', () => {
    const order = { ...stored, until: 8.64e15, isByHand: true };
    const expected = { ...restoredTo(8.64e15), isByHand: true };
    expect(afterRestore(HEALTHY, order, policy, NOW)).toEqual({ ...expected, epoch: 1 });
    expect(afterRestore(benched, order, policy, NOW)).toEqual(expected);
  });

  it('replaces a manual state', () => {
    const manualBench = { ...benched, isByHand: true };
    expect(afterRestore(manualBench, stored, policy, NOW)).toEqual(restoredTo(5500));
    const healthy = { state: 'healthy', failures: 0, benches: 0, until: undefined } as const;
    expect(afterRestore(manualBench, healthy, policy, NOW).isByHand).toBe(false);
  });

  it('keeps its counts and has no end if it is healthy', () => {
    const healthy = { state: 'healthy', failures: 1, benches: 1, until: undefined } as const;
    expect(afterRestore(benched, healthy, policy, NOW)).toEqual({
      ...healthy,
      benchEnd: 0,
      epoch: 8,
      isByHand: false,
    });
    expect(afterRestore(benched, { ...healthy, until: 9 }, policy, NOW).until).toBeUndefined();
  });
});
