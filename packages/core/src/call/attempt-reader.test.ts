import { describe, expect, it } from 'vitest';
import { manualClock, settled } from '../../test/support/manual-clock.ts';
import { LlmError } from '../types/llm-error.ts';
import { type Opened, Reading, type Step } from './attempt-reader.ts';

type Event = { readonly type: 'progress' | 'content' | 'finish' };
type Told = IteratorResult<Event | readonly Event[]>;

const [progress, content, finish] = (['progress', 'content', 'finish'] as const).map((type) => ({
  type,
})) as [Event, Event, Event];
const stop = new LlmError('aborted', 'enough');
const step = (value: Event | readonly Event[]): Told => ({ done: false, value });

/** Reads steps as they are told; an open one waits for the next. */
function setUp(script: (Told | Error | Promise<Told>)[], fault?: LlmError, open?: () => Opened<Event>) {
  const clock = manualClock();
  const log: string[] = [];
  const goingOn: unknown[] = [];
  const signals: AbortSignal[] = [];
  const next = (): Promise<Told> => {
    const told = script.shift() ?? { done: true, value: undefined };
    return told instanceof Error ? Promise.reject(told) : Promise.resolve(told);
  };
  const steps = {
    next,
    return: () => {
      log.push('closed');
      return Promise.reject(new Error('odd'));
    },
  };
  const reading = new Reading<Event>({
    target: 'a/x',
    isWhole: false,
    clock,
    timeouts: {},
    waitUntil: (promise) => goingOn.push(promise),
    lifeline: undefined,
    pace: undefined,
    answer: {
      characters: 0,
      push: ({ type }) => type,
      opening: (held) => {
        log.push(`opening ${held.length}`);
        return held;
      },
    },
    fault: () => fault,
    open: (signal) => {
      signals.push(signal);
      return open?.() ?? { steps, first: next() };
    },
  });
  return { reading, log, clock, goingOn, signals };
}

describe('what is read', () => {
  it('is held back until there is content, then shown as it comes', async () => {
    const { reading, log } = setUp([
      step(progress),
      step([]),
      step([progress, content]),
      step(progress),
      step([content]),
    ]);
    const shown: Step<Event>[] = [];
    for (let n = 0; n < 5; n++) {
      shown.push(await reading.step());
      expect(reading.isCommitted).toBe(n >= 2);
    }
    const events = [[], [], [progress, progress, content], [progress], [content]];
    expect(shown).toEqual(events.map((each) => ({ type: 'events', events: each })));
    expect(log).toEqual(['opening 3']);
  });

  it('ends with the finish; what comes behind it is not read', async () => {
    const { reading, log, clock, goingOn } = setUp([step(content), step([progress, finish, content])]);
    await reading.step();
    expect(await reading.step()).toEqual({ type: 'finished', events: [progress, finish] });
    expect([log, clock.pending()]).toEqual([['opening 1', 'closed'], 0]);
    await expect(Promise.all(goingOn)).resolves.toEqual([undefined]);
  });

  it('is all shown at a finish that comes before content', async () => {
    const { reading } = setUp([step(progress), step(finish)]);
    await reading.step();
    expect(await reading.step()).toEqual({ type: 'finished', events: [progress, finish] });
    expect(reading.isCommitted).toBe(true);
  });

  it('is a failure where the finish stands for one', async () => {
    const { reading, log } = setUp([step(finish)], stop);
    expect(await reading.step()).toEqual({ type: 'failed', error: stop });
    expect([log, reading.isCommitted]).toEqual([['closed'], false]);
  });

  it('is a failure where the stream throws at once, from its begin or later', async () => {
    const error = new Error('no promise');
    const throwing = (): never => {
      throw error;
    };
    const first = (): Promise<Told> => Promise.resolve(step(content));
    for (const open of [throwing, () => ({ steps: { next: throwing }, first: first() })]) {
      const { reading } = setUp([], undefined, open);
      let read = await reading.step();
      if (read.type === 'events') read = await reading.step();
      expect(read).toEqual({ type: 'failed', error });
    }
  });

  it('is a failure where it ends without a finish, or throws', async () => {
    expect(await setUp([]).reading.step()).toMatchObject({
      type: 'failed',
      error: { kind: 'truncated', message: 'a/x ended without a finish', details: { target: 'a/x' } },
    });
    const error = new Error('broken');
    expect(await setUp([error]).reading.step()).toEqual({ type: 'failed', error });
    const { reading } = setUp([step(null as unknown as Event)]);
    expect(await reading.step()).toMatchObject({ type: 'failed', error: expect.any(TypeError) });
  });
});

describe('a stop', () => {
  const never = new Promise<never>(() => undefined);

  it('fails a step that is waited for at once, closes the stream and leaves no timer', async () => {
    const { reading, log, clock, signals } = setUp([step(content), never]);
    await reading.step();
    const waiting = reading.step();
    reading.stop(stop);
    expect(await waiting).toEqual({ type: 'failed', error: stop });
    expect([log, clock.pending(), signals[0]?.reason]).toEqual([['opening 1', 'closed'], 0, stop]);
  });

  it('counts once, and fails every later step without reading on', async () => {
    const { reading, log, signals } = setUp([step(content), step(content)]);
    await reading.step();
    reading.stop(stop);
    reading.stop(new LlmError('timeout', 'late'));
    reading.close();
    expect(await reading.step()).toEqual({ type: 'failed', error: stop });
    expect([log, signals.length]).toEqual([['opening 1', 'closed'], 1]);
  });

  it('before the first step opens nothing', async () => {
    const { reading, signals } = setUp([step(content)]);
    reading.stop(stop);
    expect([await reading.step(), signals]).toEqual([{ type: 'failed', error: stop }, []]);
  });

  it('is what failed, whatever the provider throws or tells then', async () => {
    for (const echo of [new Error('echo'), step(content)]) {
      let tell: (told: Promise<Told>) => void = () => undefined;
      const late = new Promise<Told>((resolve) => (tell = resolve));
      const { reading } = setUp([late]);
      const waiting = reading.step();
      reading.stop(stop);
      tell(echo instanceof Error ? Promise.reject(echo) : Promise.resolve(echo));
      expect(await waiting).toEqual({ type: 'failed', error: stop });
      await settled();
      expect(reading.isCommitted).toBe(false);
    }
  });
});
