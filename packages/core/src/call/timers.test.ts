import { describe, expect, it } from 'vitest';
import { manualClock, type ManualClock } from '../../test/support/manual-clock.ts';
import type { Timeouts } from '../types/call-options.ts';
import type { LlmError } from '../types/llm-error.ts';
import { AttemptTimers, maxSilenceMs } from './timers.ts';

const limits = { connectMs: 10, firstContentMs: 30, idleMs: 20, completeMs: 50 };

function watched(timeouts: Timeouts = limits, whole = false) {
  const clock: ManualClock = manualClock();
  const told: LlmError[] = [];
  const timers = new AttemptTimers({
    clock,
    target: 'a/x',
    timeouts,
    isNonStreaming: whole,
    onTimeout: (error) => told.push(error),
  });
  const said = (): string[] => told.map(({ message }) => message);
  return { clock, timers, told, said, since: clock.now() };
}

describe('an attempt that nobody answers', () => {
  it('is ended when it does not connect', async () => {
    const { clock, timers, told } = watched();
    timers.startWait();
    await clock.advance(9);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toMatchObject([
      {
        kind: 'timeout',
        message: 'a/x did not answer within 10 ms',
        details: { target: 'a/x', phase: 'connect' },
      },
    ]);
  });

  it('is ended when it connects and sends no content', async () => {
    const { clock, timers, told, said } = watched();
    timers.startWait();
    timers.endWait();
    timers.startWait();
    await clock.advance(29);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect([said(), told[0]?.details.phase]).toEqual([['a/x sent no content within 30 ms'], 'first-content']);
  });

  it.each<[string, Timeouts]>([
    ['the limit of a connection is no shorter', { connectMs: 30, firstContentMs: 30 }],
    ['there is no limit of a connection', { connectMs: 0, firstContentMs: 30 }],
  ])('is said to have sent no content where %s', async (_, timeouts) => {
    const { clock, timers, said } = watched(timeouts);
    timers.startWait();
    await clock.advance(30);
    expect(said()).toEqual(['a/x sent no content within 30 ms']);
  });

  it('is ended when it falls silent, counted from the last wait', async () => {
    const { clock, timers, told, said } = watched();
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
    expect([said(), told[0]?.details.phase]).toEqual([['a/x fell silent within 20 ms'], 'idle']);
  });

  it('in one piece has one limit', async () => {
    const { clock, timers, told, said } = watched(limits, true);
    timers.startWait();
    await clock.advance(49);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect([said(), told[0]?.details.phase]).toEqual([['a/x did not finish within 50 ms'], 'complete']);
  });

  it('has the documented limits', async () => {
    const after = async (whole: boolean, ...steps: ('endWait' | 'commit')[]): Promise<number> => {
      const { clock, timers, told, since } = watched({}, whole);
      for (const step of steps) timers[step]();
      timers.startWait();
      while (told.length === 0) await clock.advance(30_000);
      return clock.now() - since;
    };
    expect(await after(false)).toBe(60_000);
    expect(await after(false, 'endWait')).toBe(180_000);
    expect(await after(false, 'endWait', 'commit')).toBe(90_000);
    expect(await after(true)).toBe(600_000);
  });
});

describe('the timers of an attempt', () => {
  it('do not run while nobody waits', async () => {
    const { clock, timers, told } = watched();
    timers.startWait();
    timers.endWait();
    timers.commit();
    await clock.advance(10_000);
    expect(told).toEqual([]);
    timers.startWait();
    await clock.advance(20);
    expect(told).toHaveLength(1);
  });

  it('are one at a time, and none once it is over', () => {
    const { clock, timers } = watched();
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

  it('are none where every limit is off', () => {
    const off = { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 0 };
    for (const whole of [false, true]) {
      const { clock, timers } = watched(off, whole);
      timers.startWait();
      expect(clock.pending()).toBe(0);
    }
  });

  it('are set anew for a deadline that comes nearer', async () => {
    const { clock, timers, said } = watched({ connectMs: 0, firstContentMs: 100, idleMs: 20 });
    timers.startWait();
    timers.endWait();
    timers.commit();
    timers.startWait();
    expect(clock.pending()).toBe(1);
    await clock.advance(20);
    expect(said()).toEqual(['a/x fell silent within 20 ms']);
  });
});

describe('how long an attempt may be waited for', () => {
  it('is told from outside, by what it waits for', async () => {
    const { clock, timers, since } = watched();
    expect(timers.waitsUntil() - since).toBe(30);
    await clock.advance(7);
    timers.startWait();
    expect(timers.waitsUntil() - since).toBe(30);
    timers.commit();
    timers.endWait();
    await clock.advance(7);
    expect(timers.waitsUntil() - since).toBe(27);
    const { timers: whole, since: began } = watched(limits, true);
    expect(whole.waitsUntil() - began).toBe(50);
  });

  it.each<[Timeouts, boolean, number]>([
    [limits, false, 30],
    [limits, true, 50],
    [{}, false, 180_000],
    [{}, true, 600_000],
    [{ firstContentMs: 0 }, false, Infinity],
  ])('before it shows anything: %j, in one piece: %s', (timeouts, isWhole, ms) => {
    expect(maxSilenceMs(timeouts, isWhole)).toBe(ms);
  });
});
