import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { abortable } from './async.ts';

const never = new Promise<never>(() => undefined);

it('settles as the work does, and leaves no listener on the signal', async () => {
  const controller = new AbortController();
  const listeners = (): number => getEventListeners(controller.signal, 'abort').length;
  const done = abortable(Promise.resolve('done'), controller.signal);
  expect(listeners()).toBe(1);
  expect(await done).toBe('done');
  await expect(abortable(Promise.reject(new Error('broken')), controller.signal)).rejects.toThrow('broken');
  expect(listeners()).toBe(0);
});

it('does not wait for work after an abort, before it or during it', async () => {
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(abortable(never, controller.signal)).rejects.toThrow('enough');
});
