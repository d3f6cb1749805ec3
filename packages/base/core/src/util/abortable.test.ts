import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { abortable } from './async.ts';

const never = new Promise<never>(() => undefined);

it('settles with the work and removes its listener', async () => {
  const controller = new AbortController();
  const listeners = (): number => getEventListeners(controller.signal, 'abort').length;
  const done = abortable(Promise.resolve('done'), controller.signal);
  expect(listeners()).toBe(1);
  expect(await done).toBe('done');
  await expect(abortable(Promise.reject(new Error('broken')), controller.signal)).rejects.toThrow('broken');
  expect(listeners()).toBe(0);
});

it('rejects at once on an abort before or during the work', async () => {
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(abortable(never, controller.signal)).rejects.toThrow('enough');
});
