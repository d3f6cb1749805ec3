import { expect, it } from 'vitest';
import { abortable } from './abortable.ts';

/** A signal that tells how many listeners it has. */
function counted(): { controller: AbortController; listeners(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  let count = 0;
  signal.addEventListener = (...of: Parameters<typeof add>) => {
    count++;
    add(...of);
  };
  signal.removeEventListener = (...of: Parameters<typeof remove>) => {
    count--;
    remove(...of);
  };
  return { controller, listeners: () => count };
}

const never = new Promise<never>(() => undefined);

it('settles as the work does, and leaves no listener on the signal', async () => {
  const { controller, listeners } = counted();
  const done = abortable(Promise.resolve('done'), controller.signal);
  expect(listeners()).toBe(1);
  expect(await done).toBe('done');
  await expect(abortable(Promise.reject(new Error('broken')), controller.signal)).rejects.toThrow('broken');
  expect(listeners()).toBe(0);
});

it('does not wait for work after an abort, before it or during it', async () => {
  const { controller } = counted();
  const waiting = abortable(never, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(abortable(never, controller.signal)).rejects.toThrow('enough');
});
