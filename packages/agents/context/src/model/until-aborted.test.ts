import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

const hangs = () => new Promise<never>(() => undefined);
const aborted = { kind: 'aborted', message: 'the caller aborted', cause: 'stop' };

it('returns the result of the work, or rejects with its error', async () => {
  const { signal } = new AbortController();
  for (const one of [undefined, signal]) {
    expect(await untilAborted(() => 1, one)).toBe(1);
    expect(await untilAborted(() => Promise.resolve(2), one)).toBe(2);
    await expect(untilAborted(() => Promise.reject(new Error('bug')), one)).rejects.toThrow('bug');
  }
});

it('rejects if the signal aborts before the work ends', async () => {
  const controller = new AbortController();
  const running = untilAborted(hangs, controller.signal);
  controller.abort('stop');
  await expect(running).rejects.toMatchObject(aborted);
});

it('does not start the work if the signal is aborted', async () => {
  let hasStarted = false;
  const running = untilAborted(() => {
    hasStarted = true;
  }, AbortSignal.abort('stop'));
  await expect(running).rejects.toMatchObject(aborted);
  expect(hasStarted).toBe(false);
});

it('leaves no listener on the signal', async () => {
  const { signal } = new AbortController();
  await untilAborted(() => 1, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
