import { setImmediate } from 'node:timers/promises';
import type { StreamEvent } from '@majordomo/core';
import { eventOrderError } from '@majordomo/core/toolkit';
import { fakeClock, seededRandom } from '@majordomo/testing';
import { deferred } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { guarded, type Check } from '../src/index.ts';
import { ask, streamed } from './support/calls.ts';
import { chatServer, type Answer } from './support/chat-server.ts';

const answer: Answer = {
  reasoning: ['hm', 'm, ', 'so'],
  pieces: Array.from('The answer is 42 🌍, as always.'),
  calls: [
    { name: 'f', json: '{"a":"b c"}', cuts: [3, 6] },
    { name: 'g', json: '{}' },
  ],
};

/** Returns the events with one delta in place of adjacent deltas of the same part. */
function merged(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const all: StreamEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    if (event.type === 'text-delta' && last?.type === 'text-delta')
      all[all.length - 1] = { ...last, text: last.text + event.text };
    else if (event.type === 'reasoning-delta' && last?.type === 'reasoning-delta')
      all[all.length - 1] = { ...last, text: last.text + event.text };
    else if (event.type === 'args-delta' && last?.type === 'args-delta' && last.index === event.index)
      all[all.length - 1] = { ...last, json: last.json + event.json };
    else all.push(event);
  }
  return all;
}

describe('a slow check', () => {
  it('delays the text and everything after it until the check has passed', async () => {
    const server = await chatServer(() => ({ pieces: ['first', ' second'] }));
    const clock = fakeClock();
    const { promise: checkStarted, resolve: reportStart } = deferred();
    const check: Check = {
      name: 'slow',
      check: async ({ text }, { signal }) => {
        reportStart();
        if (text === 'first') await clock.sleep(1000, signal);
      },
    };
    const model = guarded(server.model, { output: [check], holdBack: { characters: 0 }, clock });
    const events: StreamEvent[] = [];
    const reading = (async () => {
      for await (const event of model.stream(ask())) events.push(event);
    })();
    await checkStarted;
    await server.closed();
    await clock.advance(999);
    await setImmediate();
    expect(events.map(({ type }) => type)).toEqual(['start', 'part-start']);
    await clock.advance(1);
    await reading;
    expect(events.flatMap((event) => (event.type === 'text-delta' ? event.text : []))).toEqual([
      'first',
      ' second',
    ]);
    expect(events.at(-1)?.type).toBe('finish');
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'reorders no events if its runs take random times: seed %i',
    async (seed) => {
      const server = await chatServer(() => answer);
      const fast = await streamed(
        guarded(server.model, { output: [{ name: 'fast', check: () => undefined }] }),
      );
      const clock = fakeClock();
      const random = seededRandom(seed);
      const checks = ['a', 'b'].map((name): Check => ({
        name,
        span: 3,
        async check(_subject, { signal }) {
          await clock.sleep(Math.floor(random() * 900), signal);
          return undefined;
        },
      }));
      const model = guarded(server.model, { output: checks, holdBack: { characters: 4, ms: 100 }, clock });
      const state = { isOver: false };
      const result = streamed(model).finally(() => {
        state.isOver = true;
      });
      while (!state.isOver) {
        await setImmediate();
        await clock.advance(50);
      }
      const { events, error } = await result;
      expect(error).toBeUndefined();
      expect(eventOrderError(events)).toBeUndefined();
      expect(merged(events)).toEqual(merged(fast.events));
    },
  );
});
