import { LlmError, type Attempt, type CallEvent, type CallInfo } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { SpeedMemory } from '../src/observed/speed-memory.ts';
import { hi, world } from './support/fixture.ts';

const MINUTE = 60_000;
let calls = 0;

function memory() {
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
  const usage = (output: number) => ({
    input: 1,
    output,
    cacheRead: undefined,
    cacheWrite: undefined,
    reasoning: undefined,
  });
  return {
    /** An answer of so many tokens that began and ended after so many milliseconds. */
    answered: (target: string, firstMs: number, ms: number, output = 0): void => {
      report(target, { ms, usage: usage(output) }, firstMs);
    },
    report,
    usage,
    of: (target: string): number => speeds.speedOf(target),
    pass: (ms: number): void => {
      now += ms;
    },
    speeds,
  };
}

describe('speed', () => {
  it('is neutral until something was seen', () => {
    expect(memory().of('a/x')).toBe(0.5);
  });

  it('is 1 or 0 at best and worst, and closer to it with each measurement', () => {
    const { answered, of, pass } = memory();
    // A quarter of the typical second.
    answered('a/x', 250, 1000);
    expect(of('a/x')).toBeCloseTo(0.65);
    answered('a/x', 250, 1000);
    expect(of('a/x')).toBeCloseTo(0.7);
    pass(10 * MINUTE);
    expect(of('a/x')).toBeCloseTo(0.65);
    // Three times the typical rate, which has the average with the first content.
    answered('b/x', 250, 1250, 150);
    expect(of('b/x')).toBeCloseTo(0.5 + ((0.8 + 0.75) / 2 - 0.5) / 2);
  });

  it('has a rate for 16 tokens and more', () => {
    const { answered, of } = memory();
    answered('a/x', 1000, 1001, 15);
    answered('b/x', 1000, 1160, 16);
    expect(of('a/x')).toBe(0.5);
    expect(of('b/x')).toBeCloseTo(0.5 + ((0.5 + 100 / 150) / 2 - 0.5) / 2);
  });

  it('is as certain as the more recent of its two values', () => {
    const { answered, of, pass } = memory();
    answered('a/x', 1000, 2000, 150);
    pass(10 * MINUTE);
    answered('a/x', 1000, 1000);
    // The first content weighs 1.5 measurements, and the rate half a measurement.
    expect(of('a/x')).toBeCloseTo(0.5 + ((0.5 + 0.75) / 2 - 0.5) * (1.5 / 2.5));
  });

  it('of a response that arrives within a tenth of its duration is its complete rate', () => {
    const { answered, of } = memory();
    // 100 tokens in a second, and in the last 100 ms of a second.
    answered('a/x', 901, 1000, 100);
    answered('b/x', 900, 1000, 100);
    answered('c/x', 901, 1000, 16);
    answered('d/x', 901, 1000, 15);
    expect(of('a/x')).toBeCloseTo(0.5 + (100 / 150 - 0.5) / 2);
    expect(of('c/x')).toBeCloseTo(0.5 + (16 / 66 - 0.5) / 2);
    expect(of('d/x')).toBeCloseTo(0.5 + (1000 / 1901 - 0.5) / 2);
    expect(of('b/x')).toBeCloseTo(0.5 + ((1000 / 1900 + 1000 / 1050) / 2 - 0.5) / 2);
  });

  it('counts the tokens of finished responses only', () => {
    const { report, usage, of } = memory();
    report('a/x', { ms: 2000, outcome: 'failed', usage: usage(5000) }, 1000);
    expect(of('a/x')).toBe(0.5);
  });

  it('compares an abandoned attempt with the usual time of its target', () => {
    const { report, answered, of } = memory();
    answered('a/x', 4000, 5000);
    const before = of('a/x');
    report('a/x', { ms: 4000, outcome: 'abandoned' });
    expect(of('a/x')).toBe(before);
    report('a/x', { ms: 4001, outcome: 'abandoned' });
    expect(of('a/x')).toBeLessThan(before);
    report('b/x', { ms: 1000, outcome: 'abandoned' });
    expect(of('b/x')).toBe(0.5);
    report('b/x', { ms: 1001, outcome: 'abandoned' });
    expect(of('b/x')).toBeLessThan(0.5);
  });

  it('ignores content of another target of the same call', () => {
    const { speeds, of } = memory();
    const call: CallInfo = { id: 'hedged', spec: 'a/x', tenant: undefined, metadata: {} };
    const end = (target: string): void => {
      const result = { target, outcome: 'finished', error: undefined, usage: undefined, ms: 300 } as const;
      speeds.onEvent({ type: 'attempt-end', call, attempt: 1, result });
    };
    speeds.onEvent({ type: 'committed', call, target: 'a/x', msToFirst: 100 });
    end('b/x');
    expect(of('b/x')).toBe(0.5);
    end('a/x');
    expect(of('a/x')).toBeGreaterThan(0.5);
  });

  it('is better the sooner the first content comes', () => {
    const { answered, of } = memory();
    for (const [target, ms] of [
      ['a/x', 200],
      ['b/x', 1000],
      ['c/x', 5000],
    ] as const)
      for (let n = 0; n < 9; n++) answered(target, ms, ms + 1000);
    expect(of('a/x')).toBeGreaterThan(0.75);
    expect(of('b/x')).toBe(0.5);
    expect(of('c/x')).toBeLessThan(0.25);
  });

  it('is better the more comes in a second', () => {
    const { answered, of } = memory();
    answered('a/x', 1000, 2000, 500);
    answered('b/x', 1000, 2000, 50);
    answered('c/x', 1000, 2000, 20);
    expect([of('a/x') > of('b/x'), of('b/x'), of('b/x') > of('c/x')]).toEqual([true, 0.5, true]);
  });

  it('goes by the median: one slow call among many says little', () => {
    const { answered, of } = memory();
    for (let n = 0; n < 8; n++) answered('a/x', 200, 300);
    const before = of('a/x');
    answered('a/x', 60_000, 60_000);
    expect(of('a/x')).toBeGreaterThanOrEqual(before);
  });

  it('of a response that arrives at once has a rate and no first content', () => {
    const { answered, of } = memory();
    answered('a/x', 10_000, 10_001, 1000);
    answered('b/x', 10_000, 10_001, 2);
    expect(of('a/x')).toBeGreaterThan(0.5);
    expect(of('b/x')).toBeLessThan(0.5);
  });

  it('is that of the last 32 calls', () => {
    const { answered, of } = memory();
    for (let n = 0; n < 30; n++) answered('a/x', 5000, 5100);
    for (let n = 0; n < 20; n++) answered('a/x', 100, 200);
    expect(of('a/x')).toBeGreaterThan(0.75);
  });

  it('of a second attempt is not that of the first', () => {
    const { speeds, of } = memory();
    const call: CallInfo = { id: 'one', spec: 'a/x', tenant: undefined, metadata: {} };
    const ended = (more: Partial<Attempt>): void => {
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
    ended({ ms: 200 });
    const before = of('a/x');
    ended({ ms: 30_000, error: new LlmError('server', '') });
    expect(of('a/x')).toBe(before);
  });

  it('grows old, and is neutral again', () => {
    const { answered, of, pass } = memory();
    for (let n = 0; n < 9; n++) answered('a/x', 100, 200);
    const speeds = [of('a/x')];
    for (const ms of [10 * MINUTE, 30 * MINUTE, 24 * 60 * MINUTE]) {
      pass(ms);
      speeds.push(of('a/x'));
    }
    expect(speeds).toEqual([...speeds].sort((a, b) => b - a));
    expect(speeds.at(-1)).toBeCloseTo(0.5);
  });

  it('of late counts more than that of before', () => {
    const { answered, of, pass } = memory();
    for (let n = 0; n < 9; n++) answered('a/x', 100, 200);
    pass(60 * MINUTE);
    for (let n = 0; n < 3; n++) answered('a/x', 10_000, 10_100);
    expect(of('a/x')).toBeLessThan(0.25);
  });

  it('counts a timeout before the first content, and no other failure', () => {
    const { report, of } = memory();
    const failed = (phase: 'first-content' | 'complete') =>
      ({ ms: 30_000, outcome: 'failed', error: new LlmError('timeout', '', { phase }) }) as const;
    report('a/x', failed('first-content'));
    report('b/x', failed('complete'));
    report('c/x', { ms: 30_000, outcome: 'failed', error: new LlmError('server', '') });
    expect([of('a/x') < 0.4, of('b/x'), of('c/x')]).toEqual([true, 0.5, 0.5]);
  });

  it('counts an abandoned attempt only if it took long', () => {
    const { report, of } = memory();
    report('a/x', { ms: 5000, outcome: 'abandoned' });
    report('b/x', { ms: 50, outcome: 'abandoned' });
    expect([of('a/x') < 0.4, of('b/x')]).toEqual([true, 0.5]);
  });

  it('ignores images and skipped targets', () => {
    const { report, of } = memory();
    report('a/x', { ms: 30_000 }, 30_000, 'image');
    report('b/x', { outcome: 'skipped', error: new LlmError('timeout', '', { phase: 'idle' }) });
    expect([of('a/x'), of('b/x')]).toEqual([0.5, 0.5]);
  });

  it('is removed of the target whose last measurement is the oldest', () => {
    const { answered, of } = memory();
    for (let n = 0; n < 500; n++) answered(`t/${n}`, 100, 200);
    answered('t/0', 100, 200);
    answered('t/500', 100, 200);
    expect([of('t/0') > 0.5, of('t/1'), of('t/2') > 0.5]).toEqual([true, 0.5, true]);
  });

  it('is stored for the last 500 targets, and for 10,000 calls in progress', () => {
    const { answered, of, speeds } = memory();
    for (let n = 0; n < 600; n++) answered(`t/${n}`, 100, 200);
    expect([of('t/0'), of('t/99'), of('t/100') > 0.5, of('t/599') > 0.5]).toEqual([0.5, 0.5, true, true]);
    for (let n = 0; n < 20_000; n++) {
      const call: CallInfo = { id: `open-${n}`, spec: 'a/x', tenant: undefined, metadata: {} };
      speeds.onEvent({ type: 'committed', call, target: 'a/x', msToFirst: 1 });
    }
    expect((Reflect.get(speeds, 'pending') as Map<string, number>).size).toBe(10_000);
  });
});

it('the events of earlier calls change the next choice', async () => {
  const events: CallEvent[] = [];
  const { majordomo, router } = world(
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
