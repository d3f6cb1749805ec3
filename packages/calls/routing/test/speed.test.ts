import { LlmError, type Attempt, type CallEvent, type CallInfo } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { SpeedMemory } from '../src/observed/speed-memory.ts';
import { hi, setUpRouter } from './support/fixture.ts';

const MINUTE = 60_000;
let calls = 0;

function setUpSpeed() {
  let now = 0;
  const speeds = new SpeedMemory(() => now);
  const report = (target: string, result: Partial<Attempt>, firstMs?: number, operation?: 'image'): void => {
    const call: CallInfo = { id: String(calls++), spec: target, operation, tenant: undefined, metadata: {} };
    const full = {
      target,
      outcome: 'finished',
      error: undefined,
      usage: undefined,
      ms: 0,
      ...result,
    } as const;
    if (firstMs !== undefined) speeds.onEvent({ type: 'committed', call, target, msToFirst: firstMs });
    speeds.onEvent({ type: 'attempt-end', call, attempt: 1, result: full });
  };
  const usage = (output: number) => ({ ...UNKNOWN_USAGE, input: 1, output });
  return {
    /** Records a response of `output` tokens, with its first content after `firstMs` and its end after `ms` milliseconds. */
    recordResponse: (target: string, firstMs: number, ms: number, output = 0): void => {
      report(target, { ms, usage: usage(output) }, firstMs);
    },
    report,
    usage,
    speedOf: (target: string): number => speeds.speedOf(target),
    advance: (ms: number): void => {
      now += ms;
    },
    speeds,
  };
}

describe('speed', () => {
  it('is neutral before the first measurement', () => {
    expect(setUpSpeed().speedOf('a/x')).toBe(0.5);
  });

  it('is between 0 and 1, and approaches the measured value with each measurement', () => {
    const { recordResponse, speedOf, advance } = setUpSpeed();
    // A quarter of the typical time of one second.
    recordResponse('a/x', 250, 1000);
    expect(speedOf('a/x')).toBeCloseTo(0.65);
    recordResponse('a/x', 250, 1000);
    expect(speedOf('a/x')).toBeCloseTo(0.7);
    advance(10 * MINUTE);
    expect(speedOf('a/x')).toBeCloseTo(0.65);
    // Three times the typical rate, averaged with the first content.
    recordResponse('b/x', 250, 1250, 150);
    expect(speedOf('b/x')).toBeCloseTo(0.5 + ((0.8 + 0.75) / 2 - 0.5) / 2);
  });

  it('has a rate for 16 tokens and more', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    recordResponse('a/x', 1000, 1001, 15);
    recordResponse('b/x', 1000, 1160, 16);
    expect(speedOf('a/x')).toBe(0.5);
    expect(speedOf('b/x')).toBeCloseTo(0.5 + ((0.5 + 100 / 150) / 2 - 0.5) / 2);
  });

  it('has the weight of the more recent of its two values', () => {
    const { recordResponse, speedOf, advance } = setUpSpeed();
    recordResponse('a/x', 1000, 2000, 150);
    advance(10 * MINUTE);
    recordResponse('a/x', 1000, 1000);
    // The first content weighs 1.5 measurements, and the rate half a measurement.
    expect(speedOf('a/x')).toBeCloseTo(0.5 + ((0.5 + 0.75) / 2 - 0.5) * (1.5 / 2.5));
  });

  it('of a response whose output arrives within a tenth of its duration is the rate over the complete duration', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    // 100 tokens in one second, and 100 tokens in the last 100 ms of one second.
    recordResponse('a/x', 901, 1000, 100);
    recordResponse('b/x', 900, 1000, 100);
    recordResponse('c/x', 901, 1000, 16);
    recordResponse('d/x', 901, 1000, 15);
    expect(speedOf('a/x')).toBeCloseTo(0.5 + (100 / 150 - 0.5) / 2);
    expect(speedOf('c/x')).toBeCloseTo(0.5 + (16 / 66 - 0.5) / 2);
    expect(speedOf('d/x')).toBeCloseTo(0.5 + (1000 / 1901 - 0.5) / 2);
    expect(speedOf('b/x')).toBeCloseTo(0.5 + ((1000 / 1900 + 1000 / 1050) / 2 - 0.5) / 2);
  });

  it('counts the tokens of finished responses only', () => {
    const { report, usage, speedOf } = setUpSpeed();
    report('a/x', { ms: 2000, outcome: 'failed', usage: usage(5000) }, 1000);
    expect(speedOf('a/x')).toBe(0.5);
  });

  it('compares an abandoned attempt with the usual time of its target', () => {
    const { report, recordResponse, speedOf } = setUpSpeed();
    recordResponse('a/x', 4000, 5000);
    const before = speedOf('a/x');
    report('a/x', { ms: 4000, outcome: 'abandoned' });
    expect(speedOf('a/x')).toBe(before);
    report('a/x', { ms: 4001, outcome: 'abandoned' });
    expect(speedOf('a/x')).toBeLessThan(before);
    report('b/x', { ms: 1000, outcome: 'abandoned' });
    expect(speedOf('b/x')).toBe(0.5);
    report('b/x', { ms: 1001, outcome: 'abandoned' });
    expect(speedOf('b/x')).toBeLessThan(0.5);
  });

  it('ignores content of another target of the same call', () => {
    const { speeds, speedOf } = setUpSpeed();
    const call: CallInfo = { id: 'hedged', spec: 'a/x', tenant: undefined, metadata: {} };
    const end = (target: string): void => {
      const result = { target, outcome: 'finished', error: undefined, usage: undefined, ms: 300 } as const;
      speeds.onEvent({ type: 'attempt-end', call, attempt: 1, result });
    };
    speeds.onEvent({ type: 'committed', call, target: 'a/x', msToFirst: 100 });
    end('b/x');
    expect(speedOf('b/x')).toBe(0.5);
    end('a/x');
    expect(speedOf('a/x')).toBeGreaterThan(0.5);
  });

  it('is higher with an earlier first content', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    for (const [target, ms] of [
      ['a/x', 200],
      ['b/x', 1000],
      ['c/x', 5000],
    ] as const)
      for (let n = 0; n < 9; n++) recordResponse(target, ms, ms + 1000);
    expect(speedOf('a/x')).toBeGreaterThan(0.75);
    expect(speedOf('b/x')).toBe(0.5);
    expect(speedOf('c/x')).toBeLessThan(0.25);
  });

  it('is higher with more tokens per second', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    recordResponse('a/x', 1000, 2000, 500);
    recordResponse('b/x', 1000, 2000, 50);
    recordResponse('c/x', 1000, 2000, 20);
    expect([speedOf('a/x') > speedOf('b/x'), speedOf('b/x'), speedOf('b/x') > speedOf('c/x')]).toEqual([
      true,
      0.5,
      true,
    ]);
  });

  it('follows the median, so one slow call has little effect', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    for (let n = 0; n < 8; n++) recordResponse('a/x', 200, 300);
    const before = speedOf('a/x');
    recordResponse('a/x', 60_000, 60_000);
    expect(speedOf('a/x')).toBeGreaterThanOrEqual(before);
  });

  it('of a response in one chunk has a rate and no first content', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    recordResponse('a/x', 10_000, 10_001, 1000);
    recordResponse('b/x', 10_000, 10_001, 2);
    expect(speedOf('a/x')).toBeGreaterThan(0.5);
    expect(speedOf('b/x')).toBeLessThan(0.5);
  });

  it('follows the last 32 calls', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    for (let n = 0; n < 30; n++) recordResponse('a/x', 5000, 5100);
    for (let n = 0; n < 20; n++) recordResponse('a/x', 100, 200);
    expect(speedOf('a/x')).toBeGreaterThan(0.75);
  });

  it('of a second attempt is measured separately from the first', () => {
    const { speeds, speedOf } = setUpSpeed();
    const call: CallInfo = { id: 'one', spec: 'a/x', tenant: undefined, metadata: {} };
    const endAttempt = (more: Partial<Attempt>): void => {
      const result = {
        target: 'a/x',
        outcome: 'failed',
        error: undefined,
        usage: undefined,
        ms: 0,
        ...more,
      } as const;
      speeds.onEvent({ type: 'attempt-end', call, attempt: 1, result });
    };
    speeds.onEvent({ type: 'committed', call, target: 'a/x', msToFirst: 100 });
    endAttempt({ ms: 200 });
    const before = speedOf('a/x');
    endAttempt({ ms: 30_000, error: new LlmError('server', '') });
    expect(speedOf('a/x')).toBe(before);
  });

  it('returns to neutral as measurements age', () => {
    const { recordResponse, speedOf, advance } = setUpSpeed();
    for (let n = 0; n < 9; n++) recordResponse('a/x', 100, 200);
    const speeds = [speedOf('a/x')];
    for (const ms of [10 * MINUTE, 30 * MINUTE, 24 * 60 * MINUTE]) {
      advance(ms);
      speeds.push(speedOf('a/x'));
    }
    expect(speeds).toEqual([...speeds].sort((a, b) => b - a));
    expect(speeds.at(-1)).toBeCloseTo(0.5);
  });

  it('follows recent measurements more than older ones', () => {
    const { recordResponse, speedOf, advance } = setUpSpeed();
    for (let n = 0; n < 9; n++) recordResponse('a/x', 100, 200);
    advance(60 * MINUTE);
    for (let n = 0; n < 3; n++) recordResponse('a/x', 10_000, 10_100);
    expect(speedOf('a/x')).toBeLessThan(0.25);
  });

  it('counts a timeout before the first content, and no other failure', () => {
    const { report, speedOf } = setUpSpeed();
    const failAttempt = (phase: 'first-content' | 'complete') =>
      ({ ms: 30_000, outcome: 'failed', error: new LlmError('timeout', '', { phase }) }) as const;
    report('a/x', failAttempt('first-content'));
    report('b/x', failAttempt('complete'));
    report('c/x', { ms: 30_000, outcome: 'failed', error: new LlmError('server', '') });
    expect([speedOf('a/x') < 0.4, speedOf('b/x'), speedOf('c/x')]).toEqual([true, 0.5, 0.5]);
  });

  it('ignores images and skipped targets', () => {
    const { report, speedOf } = setUpSpeed();
    report('a/x', { ms: 30_000 }, 30_000, 'image');
    report('b/x', { outcome: 'skipped', error: new LlmError('timeout', '', { phase: 'idle' }) });
    expect([speedOf('a/x'), speedOf('b/x')]).toEqual([0.5, 0.5]);
  });

  it('is removed for the target whose last measurement is the oldest', () => {
    const { recordResponse, speedOf } = setUpSpeed();
    for (let n = 0; n < 500; n++) recordResponse(`t/${n}`, 100, 200);
    recordResponse('t/0', 100, 200);
    recordResponse('t/500', 100, 200);
    expect([speedOf('t/0') > 0.5, speedOf('t/1'), speedOf('t/2') > 0.5]).toEqual([true, 0.5, true]);
  });

  it('is stored for the last 500 targets, and for 10,000 calls in progress', () => {
    const { recordResponse, speedOf, speeds } = setUpSpeed();
    for (let n = 0; n < 600; n++) recordResponse(`t/${n}`, 100, 200);
    expect([speedOf('t/0'), speedOf('t/99'), speedOf('t/100') > 0.5, speedOf('t/599') > 0.5]).toEqual([
      0.5,
      0.5,
      true,
      true,
    ]);
    for (let n = 0; n < 20_000; n++) {
      const call: CallInfo = { id: `open-${n}`, spec: 'a/x', tenant: undefined, metadata: {} };
      speeds.onEvent({ type: 'committed', call, target: 'a/x', msToFirst: 1 });
    }
    expect((Reflect.get(speeds, 'pending') as Map<string, number>).size).toBe(10_000);
  });
});

it('the events of earlier calls change the next choice', async () => {
  const events: CallEvent[] = [];
  const { majordomo, router } = setUpRouter(
    { 'slow/x': {}, 'fast/x': {} },
    { m: { choose: ['slow/x', 'fast/x'], by: { cost: 0, speed: 1, quality: 0 } } },
    {},
    { onEvent: (event) => events.push(event) },
  );
  expect((await router.plan('m', majordomo)).chain).toBe('slow/x,fast/x');
  await majordomo.model('slow/x').generate(hi);
  for (const event of events)
    router.onEvent(event.type === 'committed' ? { ...event, msToFirst: 8000 } : event);
  expect((await router.plan('m', majordomo)).chain).toBe('fast/x,slow/x');
});
