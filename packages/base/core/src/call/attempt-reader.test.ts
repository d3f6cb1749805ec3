import { describe, expect, it } from 'vitest';
import { manualClock, settled } from '../../test/support/manual-clock.ts';
import { LlmError } from '../types/llm-error.ts';
import { AttemptReader, type OpenedStream, type Step } from './attempt-reader.ts';
import { AttemptTimers } from './timers.ts';

type Event = { readonly type: 'progress' | 'content' | 'finish' };
type Pulled = IteratorResult<Event | readonly Event[]>;

const [progress, content, finish] = (['progress', 'content', 'finish'] as const).map((type) => ({
  type,
})) as [Event, Event, Event];
const stop = new LlmError('aborted', 'enough');
const step = (value: Event | readonly Event[]): Pulled => ({ done: false, value });

/** Creates a reader of the steps. A pending step waits for the next one. */
function setUp(
  script: (Pulled | Error | Promise<Pulled>)[],
  fault?: LlmError,
  open?: () => OpenedStream<Event>,
) {
  const clock = manualClock();
  const log: string[] = [];
  const cleanUps: unknown[] = [];
  const signals: AbortSignal[] = [];
  const next = (): Promise<Pulled> => {
    const pulled = script.shift() ?? { done: true, value: undefined };
    return pulled instanceof Error ? Promise.reject(pulled) : Promise.resolve(pulled);
  };
  const steps = {
    next,
    return: () => {
      log.push('closed');
      return Promise.reject(new Error('odd'));
    },
  };
  const timers = new AttemptTimers({
    clock,
    target: 'a/x',
    timeouts: {},
    isNonStreaming: false,
    characters: () => 0,
    onTimeout: () => undefined,
  });
  const reader = new AttemptReader<Event>({
    target: 'a/x',
    timers,
    waitUntil: (promise) => cleanUps.push(promise),
    answer: {
      push: ({ type }) => type,
      opening: (heldEvents) => {
        log.push(`opening ${heldEvents.length}`);
        return heldEvents;
      },
    },
    answerError: () => fault,
    open: (signal) => {
      signals.push(signal);
      return open?.() ?? { steps, first: next() };
    },
  });
  return { reader, log, clock, cleanUps, signals };
}

describe('an attempt reader', () => {
  it('holds events back until the first content, then returns them as they arrive', async () => {
    const { reader, log } = setUp([
      step(progress),
      step([]),
      step([progress, content]),
      step(progress),
      step([content]),
    ]);
    const steps: Step<Event>[] = [];
    for (let n = 0; n < 5; n++) {
      steps.push(await reader.readStep());
      expect(reader.isCommitted).toBe(n >= 2);
    }
    const events = [[], [], [progress, progress, content], [progress], [content]];
    expect(steps).toEqual(events.map((each) => ({ type: 'events', events: each })));
    expect(log).toEqual(['opening 3']);
  });

  it('ends with the finish and ignores later events', async () => {
    const { reader, log, clock, cleanUps } = setUp([step(content), step([progress, finish, content])]);
    await reader.readStep();
    expect(await reader.readStep()).toEqual({ type: 'finished', events: [progress, finish] });
    expect([log, clock.pending()]).toEqual([['opening 1', 'closed'], 0]);
    await expect(Promise.all(cleanUps)).resolves.toEqual([undefined]);
  });

  it('returns all held events at a finish without content', async () => {
    const { reader } = setUp([step(progress), step(finish)]);
    await reader.readStep();
    expect(await reader.readStep()).toEqual({ type: 'finished', events: [progress, finish] });
    expect(reader.isCommitted).toBe(true);
  });

  it('fails if the finish counts as a failure', async () => {
    const { reader, log } = setUp([step(finish)], stop);
    expect(await reader.readStep()).toEqual({ type: 'failed', error: stop });
    expect([log, reader.isCommitted]).toEqual([['closed'], false]);
  });

  it('fails if the stream throws synchronously, when it is opened or later', async () => {
    const error = new Error('no promise');
    const throwing = (): never => {
      throw error;
    };
    const first = (): Promise<Pulled> => Promise.resolve(step(content));
    for (const open of [throwing, () => ({ steps: { next: throwing }, first: first() })]) {
      const { reader } = setUp([], undefined, open);
      let last = await reader.readStep();
      if (last.type === 'events') last = await reader.readStep();
      expect(last).toEqual({ type: 'failed', error });
    }
  });

  it('fails if the stream ends without a finish, or rejects', async () => {
    expect(await setUp([]).reader.readStep()).toMatchObject({
      type: 'failed',
      error: {
        kind: 'truncated',
        message:
          'a/x ended the stream without a finish event; error.details.partial contains the content that arrived',
      },
    });
    const error = new Error('broken');
    expect(await setUp([error]).reader.readStep()).toEqual({ type: 'failed', error });
    const { reader } = setUp([step(null as unknown as Event)]);
    expect(await reader.readStep()).toMatchObject({ type: 'failed', error: expect.any(TypeError) });
  });
});

describe('stop', () => {
  const never = new Promise<never>(() => undefined);

  it('fails a pending step at once, closes the stream and leaves no timer', async () => {
    const { reader, log, clock, signals } = setUp([step(content), never]);
    await reader.readStep();
    const waiting = reader.readStep();
    reader.stop(stop);
    expect(await waiting).toEqual({ type: 'failed', error: stop });
    expect([log, clock.pending(), signals[0]?.reason]).toEqual([['opening 1', 'closed'], 0, stop]);
  });

  it('counts once, and fails every later step without reading it', async () => {
    const { reader, log, signals } = setUp([step(content), step(content)]);
    await reader.readStep();
    reader.stop(stop);
    reader.stop(new LlmError('timeout', 'late'));
    reader.close();
    expect(await reader.readStep()).toEqual({ type: 'failed', error: stop });
    expect([log, signals.length]).toEqual([['opening 1', 'closed'], 1]);
  });

  it('before the first step sends no request', async () => {
    const { reader, signals } = setUp([step(content)]);
    reader.stop(stop);
    expect([await reader.readStep(), signals]).toEqual([{ type: 'failed', error: stop }, []]);
  });

  it('is the reported failure, whatever the provider returns or throws afterwards', async () => {
    for (const echo of [new Error('echo'), step(content)]) {
      let answer: (pulled: Promise<Pulled>) => void = () => undefined;
      const pendingStep = new Promise<Pulled>((resolve) => (answer = resolve));
      const { reader } = setUp([pendingStep]);
      const waiting = reader.readStep();
      reader.stop(stop);
      answer(echo instanceof Error ? Promise.reject(echo) : Promise.resolve(echo));
      expect(await waiting).toEqual({ type: 'failed', error: stop });
      await settled();
      expect(reader.isCommitted).toBe(false);
    }
  });
});
