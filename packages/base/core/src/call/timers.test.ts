import { describe, expect, it, vi } from 'vitest';
import { manualClock, type ManualClock } from '../../test/support/manual-clock.ts';
import type { Timeouts } from '../types/call-options.ts';
import type { LlmError } from '../types/llm-error.ts';
import { AttemptTimers, maxSilenceMs, type Pace } from './timers.ts';

const limits = { connectMs: 10, firstContentMs: 30, idleMs: 20, completeMs: 50 };

function setUp(timeouts: Timeouts = limits, isNonStreaming = false, pace?: Pace) {
  const clock: ManualClock = manualClock();
  const errors: LlmError[] = [];
  const timers = new AttemptTimers({
    clock,
    target: 'a/x',
    timeouts,
    isNonStreaming,
    pace,
    characters: () => 0,
    onTimeout: (error) => errors.push(error),
  });
  const messages = (): string[] => errors.map(({ message }) => message);
  return { clock, timers, errors, messages, since: clock.now() };
}

describe('the timeouts of an attempt', () => {
  it('end it if the target does not connect', async () => {
    const { clock, timers, errors } = setUp();
    timers.startWait();
    await clock.advance(9);
    expect(errors).toEqual([]);
    await clock.advance(1);
    expect(errors).toMatchObject([
      {
        kind: 'timeout',
        message: 'a/x did not answer within 10 ms; raise timeouts.connectMs',
        details: { phase: 'connect' },
      },
    ]);
  });

  it('end it if the target connects and sends no content', async () => {
    const { clock, timers, errors, messages } = setUp();
    timers.startWait();
    timers.endWait();
    timers.startWait();
    await clock.advance(29);
    expect(errors).toEqual([]);
    await clock.advance(1);
    expect([messages(), errors[0]?.details.phase]).toEqual([
      ['a/x sent no content within 30 ms; raise timeouts.firstContentMs'],
      'first-content',
    ]);
  });

  it.each<[string, Timeouts]>([
    ['the connection limit is not shorter', { connectMs: 30, firstContentMs: 30 }],
    ['there is no connection limit', { connectMs: 0, firstContentMs: 30 }],
  ])('report missing content if %s', async (_, timeouts) => {
    const { clock, timers, messages } = setUp(timeouts);
    timers.startWait();
    await clock.advance(30);
    expect(messages()).toEqual(['a/x sent no content within 30 ms; raise timeouts.firstContentMs']);
  });

  it('end it if the target falls silent, counted from the last wait', async () => {
    const { clock, timers, errors, messages } = setUp();
    timers.startWait();
    await clock.advance(5);
    timers.endWait();
    timers.commit();
    for (let n = 0; n < 5; n++) {
      timers.startWait();
      await clock.advance(19);
      timers.endWait();
    }
    timers.startWait();
    await clock.advance(20);
    expect([messages(), errors[0]?.details.phase]).toEqual([
      ['a/x sent nothing more within 20 ms; raise timeouts.idleMs'],
      'idle',
    ]);
  });

  it('report silence, not a slow pace, if the idle limit is shorter', async () => {
    const { clock, timers, errors } = setUp(limits, false, { charsPerSecond: 1, windowMs: 1000 });
    timers.commit();
    timers.startWait();
    await clock.advance(20);
    expect(errors.map(({ details }) => details.phase)).toEqual(['idle']);
  });

  it('have one limit for a non-streaming response', async () => {
    const { clock, timers, errors, messages } = setUp(limits, true);
    timers.startWait();
    await clock.advance(49);
    expect(errors).toEqual([]);
    await clock.advance(1);
    expect([messages(), errors[0]?.details.phase]).toEqual([
      ['a/x did not finish within 50 ms; raise timeouts.completeMs'],
      'complete',
    ]);
  });

  it('have the documented defaults', async () => {
    const after = async (isNonStreaming: boolean, ...steps: ('endWait' | 'commit')[]): Promise<number> => {
      const { clock, timers, errors, since } = setUp({}, isNonStreaming);
      for (const step of steps) timers[step]();
      timers.startWait();
      while (errors.length === 0) await clock.advance(30_000);
      return clock.now() - since;
    };
    expect(await after(false)).toBe(60_000);
    expect(await after(false, 'endWait')).toBe(180_000);
    expect(await after(false, 'endWait', 'commit')).toBe(90_000);
    expect(await after(true)).toBe(600_000);
  });
});

describe('the timers of an attempt', () => {
  it('do not run while the chain does not wait', async () => {
    const { clock, timers, errors } = setUp();
    timers.startWait();
    timers.endWait();
    timers.commit();
    await clock.advance(10_000);
    expect(errors).toEqual([]);
    timers.startWait();
    await clock.advance(20);
    expect(errors).toHaveLength(1);
  });

  it('use one platform timer at a time, and none after the end', () => {
    const { clock, timers } = setUp();
    timers.startWait();
    timers.endWait();
    timers.startWait();
    timers.endWait();
    timers.commit();
    timers.startWait();
    expect(clock.pending()).toBe(1);
    timers.stop();
    expect(clock.pending()).toBe(0);
  });

  it('do not replace the platform timer at each delta', () => {
    const { clock, timers } = setUp();
    const created = vi.spyOn(clock, 'timer');
    timers.commit();
    for (let delta = 0; delta < 5; delta++) {
      timers.startWait();
      timers.endWait();
    }
    expect(created).toHaveBeenCalledTimes(1);
  });

  it('use no platform timer if every limit is off', () => {
    const off = { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 0 };
    for (const isNonStreaming of [false, true]) {
      const { clock, timers } = setUp(off, isNonStreaming);
      timers.startWait();
      expect(clock.pending()).toBe(0);
    }
  });

  it('replace the platform timer if a deadline comes nearer', async () => {
    const { clock, timers, messages } = setUp({ connectMs: 0, firstContentMs: 100, idleMs: 20 });
    timers.startWait();
    timers.endWait();
    timers.commit();
    timers.startWait();
    expect(clock.pending()).toBe(1);
    await clock.advance(20);
    expect(messages()).toEqual(['a/x sent nothing more within 20 ms; raise timeouts.idleMs']);
  });
});

describe('the latest end of a wait', () => {
  it('depends on the phase of the attempt', async () => {
    const { clock, timers, since } = setUp();
    expect(timers.waitsUntil() - since).toBe(30);
    await clock.advance(7);
    timers.startWait();
    expect(timers.waitsUntil() - since).toBe(30);
    timers.commit();
    timers.endWait();
    await clock.advance(7);
    expect(timers.waitsUntil() - since).toBe(27);
    const { timers: isNonStreaming, since: began } = setUp(limits, true);
    expect(isNonStreaming.waitsUntil() - began).toBe(50);
  });

  it.each<[Timeouts, boolean, number]>([
    [limits, false, 30],
    [limits, true, 50],
    [{}, false, 180_000],
    [{}, true, 600_000],
    [{ firstContentMs: 0 }, false, Infinity],
    [{ firstContentMs: 1 }, false, 1],
  ])('before the first content with %j, non-streaming: %s', (timeouts, isNonStreaming, ms) => {
    expect(maxSilenceMs(timeouts, isNonStreaming)).toBe(ms);
  });
});
