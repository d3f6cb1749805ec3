import type { AttemptInfo, Permit } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { HeldQueue, type HeldLimit } from './held-queue.ts';

const attemptWith = (signal: AbortSignal): AttemptInfo => ({
  call: { id: 'c', spec: 'a/x', operation: 'chat', tenant: undefined, metadata: {} },
  target: 'a/x',
  attempt: 1,
  request: { messages: [], tools: [], output: undefined, extra: {} },
  capabilities: {},
  signal,
});
const heldOn = (counter: string): HeldLimit => ({ heldOn: counter, denial: { deny: `held on ${counter}` } });
const permit: Permit = { settle: () => undefined };

it('keeps the call behind one that is aborted between its try and its move to another counter', async () => {
  const clock = fakeClock();
  const queue = new HeldQueue(clock, 30_000);
  const caller = new AbortController();
  const first = queue.wait('a', attemptWith(caller.signal), () => {
    const tried = Promise.resolve(heldOn('b'));
    // Runs after the queue has read the result and before it moves the call.
    void tried
      .then(() => undefined)
      .then(() => {
        caller.abort();
      });
    return tried;
  });
  const second = queue.wait('a', attemptWith(new AbortController().signal), () => permit);
  queue.onRelease(['a']);
  await clock.advance(200);
  expect(await first).toMatchObject({ deny: expect.stringContaining('ended') as unknown });
  expect(await Promise.race([second, clock.advance(1000).then(() => 'still waiting')])).toBe(permit);
  expect(clock.pending).toBe(0);
});
