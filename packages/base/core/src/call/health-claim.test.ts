import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { CredentialKeys, HealthTracker } from '../health/tracker.ts';
import type { Target } from '../resolve/resolve.ts';
import { LlmError } from '../types/llm-error.ts';
import { type HealthClaim, HealthClaims } from './health-claim.ts';
import { untilHealthChanges } from './health-wait.ts';
import { soonestBench } from './no-target-left.ts';
import { chainSettings } from './settings.ts';

const settings = chainSettings();
const quota = new LlmError('quota', 'no money');
const down = new LlmError('server', 'down');
const failure = { retryAfterMs: undefined, atOnce: true };

function setUp() {
  const clock = manualClock();
  const health = new HealthTracker({}, clock, () => 0);
  const deps = { health, clock, credentialKeys: new CredentialKeys('s') };
  const claims = (target = 'a/x'): HealthClaims => new HealthClaims(target, deps);
  const state = (key: string) => ({ target: { key } as Target, health: claims(key) });
  /** Returns an attempt of a new call, with its key. */
  const attempt = (key?: string, of = claims()): HealthClaim => {
    const claim = of.claim('unless-benched', 1000);
    if (claim === undefined) throw new Error('it is benched');
    if (key !== undefined) claim.useCredential(key);
    return claim;
  };
  const states = (): unknown[] => {
    const { state, credentials = {} } = health.snapshot()['a/x'] ?? { state: 'unknown' };
    return [state, ...Object.values(credentials).map((of) => of.state)];
  };
  return { clock, health, deps, claims, state, attempt, states };
}

describe('a health claim', () => {
  it('counts a credential failure against the credential, and any other against the target', () => {
    const { attempt, states, clock } = setUp();
    expect(attempt('k1').fail(quota, true, settings)).toBeUndefined();
    expect(states()).toEqual(['healthy', 'benched']);
    attempt('k2').fail(down, true, settings);
    expect(attempt('k2').fail(down, true, settings)).toBe(clock.now() + 5000);
    expect(states()).toEqual(['benched', 'benched']);
  });

  it('counts every failure against the target if no credential is used', () => {
    const { attempt, clock } = setUp();
    expect(attempt().fail(quota, true, settings)).toBe(clock.now() + 5000);
  });

  it('releases the probes of target and credential after an inconclusive failure', async () => {
    const { attempt, states, clock } = setUp();
    attempt('k1').fail(quota, true, settings);
    const broken = new LlmError('server', 'down', { retryAfterMs: 20_001 });
    attempt('k2').fail(broken, true, settings);
    await clock.advance(30_000);
    const probe = attempt('k1');
    expect(states()).toEqual(['probing', 'probing']);
    expect(probe.fail(quota, false, settings)).toBeUndefined();
    expect(states()).toEqual(['benched', 'benched']);
  });

  it('releases the probe of the credential if the target failed', async () => {
    const { attempt, states, clock } = setUp();
    attempt('k1').fail(quota, true, settings);
    await clock.advance(5000);
    const probe = attempt('k1');
    expect(states()).toEqual(['healthy', 'probing']);
    probe.fail(down, true, settings);
    expect(states()).toEqual(['healthy', 'benched']);
  });

  it('releases the probe of a credential that another one replaces', async () => {
    const { attempt, states, clock } = setUp();
    attempt('k1').fail(quota, true, settings);
    await clock.advance(5000);
    attempt('k1').useCredential('k2');
    expect(states()).toEqual(['healthy', 'benched']);
  });

  it('ends both probes with the first content and counts a later failure', async () => {
    const { attempt, states, clock } = setUp();
    attempt('k1').fail(quota, true, settings);
    await clock.advance(5000);
    const probe = attempt('k1');
    probe.commit();
    expect(states()).toEqual(['healthy', 'healthy']);
    probe.fail(quota, true, settings);
    expect(states()).toEqual(['healthy', 'benched']);
  });

  it('resets the failures of target and credential with the finish', () => {
    const { attempt, health } = setUp();
    attempt('k1').fail(down, true, settings);
    attempt('k1').fail(new LlmError('rate-limit', 'slow down'), true, settings);
    attempt('k1').finish();
    const { failures, credentials = {} } = health.snapshot()['a/x'] ?? { failures: -1 };
    expect([failures, ...Object.values(credentials).map((of) => of.failures)]).toEqual([0, 0]);
  });

  it('rejects a benched credential with the end of the bench', () => {
    const { attempt, claims, clock } = setUp();
    attempt('k1').fail(quota, true, settings);
    const rejectedClaims = claims();
    expect(() => attempt('k1', rejectedClaims)).toThrow(
      expect.objectContaining({
        kind: 'quota',
        details: expect.objectContaining({ code: 'credential-benched' }),
      }),
    );
    const bench = { until: clock.now() + 5000, isOfCredential: true };
    expect([rejectedClaims.currentBench(), claims().currentBench()]).toMatchObject([bench, undefined]);
    rejectedClaims.forgetCredential();
    expect(rejectedClaims.currentBench()).toBeUndefined();
  });
});

describe('the health claims of a call', () => {
  it('see that another call has benched the credential of the last attempt', () => {
    const { attempt, claims, health } = setUp();
    const ownClaims = claims();
    attempt('k1', ownClaims).fail(down, true, settings);
    expect(ownClaims.currentBench()).toBeUndefined();
    attempt('k1').fail(quota, true, settings);
    expect(ownClaims.currentBench()).toMatchObject({ error: quota, isOfCredential: true });
    health.bench('a/x', 9000);
    expect(ownClaims.currentBench()).toMatchObject({ error: undefined, isOfCredential: false });
  });

  it.each(['k1', undefined])(
    'are a probe of the target until the first content, with the key %s',
    async (key) => {
      const { attempt, clock, health } = setUp();
      health.fail('a/x', health.claim('a/x'), failure, down);
      await clock.advance(5000);
      const probe = attempt(key);
      expect(probe).toMatchObject({ isProbe: true, wasTargetBenched: true });
      probe.commit();
      expect(probe).toMatchObject({ isProbe: false, wasTargetBenched: true });
    },
  );

  it('are a probe of the credential until the first content', async () => {
    const { attempt, clock } = setUp();
    attempt('k1').fail(quota, true, settings);
    await clock.advance(5000);
    const probe = attempt('k1');
    expect(probe).toMatchObject({ isProbe: true, wasTargetBenched: false });
    probe.commit();
    expect(probe.isProbe).toBe(false);
  });

  it('ignore a bench that the call caused itself', () => {
    const { attempt, claims } = setUp();
    const ownClaims = claims();
    attempt(undefined, ownClaims).fail(quota, true, settings);
    expect([ownClaims.currentBench(), claims().currentBench()?.error]).toEqual([undefined, quota]);
    for (const _try of [1, 2])
      expect(ownClaims.claim('unless-benched', 1000)).toMatchObject({
        isProbe: false,
        wasTargetBenched: true,
      });
    expect(claims().claim('unless-benched', 1000)).toBeUndefined();
  });

  it('permit a benched target to one call at a time, or to several if forced', () => {
    const { health, claims } = setUp();
    health.bench('a/x', 9000);
    expect(claims().claim('alone', 1000)?.isProbe).toBe(true);
    expect(claims().claim('alone', 1000)).toBeUndefined();
    expect(claims().claim('forced', 1000)?.isProbe).toBe(true);
  });

  it('finds the bench that ends first, and the first target of several equal ones', () => {
    const { health, state } = setUp();
    const all = ['a/x', 'b/y', 'c/z', 'd/w'].map(state);
    expect(soonestBench(all)).toBeUndefined();
    health.bench('b/y', 9000);
    health.bench('c/z', 4000);
    health.bench('d/w', 4000);
    expect(soonestBench(all)?.state.target.key).toBe('c/z');
  });
});

describe('a wait for a change of health', () => {
  const waiting = (targets: string[], ms = 1000) => {
    const it = setUp();
    for (const target of targets) it.health.bench(target, ms);
    const controller = new AbortController();
    let isOver = false;
    const wait = untilHealthChanges(targets.map(it.state), it.deps, controller.signal).finally(
      () => (isOver = true),
    );
    return { ...it, controller, wait, isOver: () => isOver };
  };

  it('ends with the first bench and leaves no timer', async () => {
    const { wait, isOver, clock, health } = waiting(['a/x', 'b/y']);
    health.accept('b/y', { state: 'benched', benches: 1, forMs: 9000 });
    await clock.advance(999);
    await clock.advance(1);
    await wait;
    expect([isOver(), clock.pending()]).toEqual([true, 0]);
  });

  it('lasts at least one millisecond', async () => {
    const { clock, isOver } = waiting(['a/x'], 1);
    await clock.advance(1);
    expect(isOver()).toBe(true);
  });

  it('removes its listeners when it ends', async () => {
    const { deps, state, clock, health } = setUp();
    let listeners = 0;
    for (const tracker of [health, health.credentials()]) {
      const onChange = tracker.onChange.bind(tracker);
      tracker.onChange = (listener) => {
        listeners++;
        const forget = onChange(listener);
        return () => {
          listeners--;
          forget();
        };
      };
    }
    health.bench('a/x', 1000);
    const { signal } = new AbortController();
    const wait = untilHealthChanges([state('a/x')], deps, signal);
    expect([listeners, getEventListeners(signal, 'abort').length]).toEqual([2, 1]);
    await clock.advance(1000);
    await wait;
    expect([listeners, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
  });

  it.each([
    ['a/x', true],
    ['a/', true],
    ['c/z', false],
  ])('is ended by a change of %s: %s', async (target, endsWait) => {
    const { isOver, clock, health, controller, wait } = waiting(['a/x']);
    health.bench(target, 5000);
    await clock.advance(1);
    expect(isOver()).toBe(endsWait);
    controller.abort();
    await wait.catch(() => undefined);
  });

  it('is ended by a change of a credential', async () => {
    const { isOver, clock, health } = waiting(['a/x']);
    health.credentials().fail('a/x\nk', health.credentials().claim('a/x\nk'), failure, quota);
    await clock.advance(1);
    expect(isOver()).toBe(true);
  });

  it.each(['a/x', 'a/'])(
    'is ended by an operator who unbenches %s, if only a credential is benched',
    async (name) => {
      const { attempt, claims, clock, deps, health } = setUp();
      attempt('k').fail(quota, true, settings);
      const ownClaims = claims();
      expect(() => attempt('k', ownClaims)).toThrow('benched');
      let isOver = false;
      const target = { key: 'a/x' } as Target;
      const { signal } = new AbortController();
      void untilHealthChanges([{ target, health: ownClaims }], deps, signal).then(() => (isOver = true));
      health.unbench(name);
      await clock.advance(1);
      expect([isOver, ownClaims.currentBench()]).toEqual([true, undefined]);
    },
  );

  it('rejects on an abort, before it or during it', async () => {
    const { controller, wait, clock, deps } = waiting(['a/x']);
    controller.abort(new Error('enough'));
    await expect(wait).rejects.toThrow('enough');
    await expect(untilHealthChanges([], deps, controller.signal)).rejects.toThrow('enough');
    expect(clock.pending()).toBe(0);
  });
});
