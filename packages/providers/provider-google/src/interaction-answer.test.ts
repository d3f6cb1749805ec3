import { deferred } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { chunksOf, lookOf } from './interaction-answer.ts';

const TARGET = 'google/gemini-3.7-flash';

it.each([
  ['queued', 'queued'],
  ['in_progress', 'running'],
  ['a status of tomorrow', 'running'],
  ['completed', 'ended'],
  ['failed', 'ended'],
])('an interaction with the status %s is %s', (status, state) => {
  expect(lookOf({ status }, TARGET).state).toBe(state);
});

it('a body without a status is not an interaction', () => {
  expect(() => lookOf({}, TARGET)).toThrow(`${TARGET}: the job has no status`);
});

it('an error without a status is the failure of the interaction', async () => {
  const { answer } = lookOf({ error: { code: 503, message: 'sorry' } }, TARGET);
  expect(await answer?.json()).toEqual({ error: { code: 503, message: 'sorry', status: 'INTERNAL' } });
});

it('closes the connection of a stalled stream when its reader leaves', async () => {
  let isClosed = false;
  const { promise: reading, resolve: startReading } = deferred();
  const events = new ReadableStream(
    {
      pull() {
        startReading();
      },
      cancel() {
        isClosed = true;
      },
    },
    { highWaterMark: 0 },
  );
  const reader = chunksOf(new Response(events), undefined, TARGET).body?.getReader();
  const pending = reader?.read();
  await reading;
  await reader?.cancel();
  expect([isClosed, (await pending)?.done]).toEqual([true, true]);
}, 2000);
