import { expect, it } from 'vitest';
import { Interrupts } from './interrupts.ts';

it('the first Ctrl-C during a turn stops the turn, and the second ends the command', async () => {
  const interrupts = new Interrupts();
  const signal = await interrupts.interruptible(async (signal) => {
    expect(interrupts.press()).toBe('turn');
    const first = [signal.aborted, interrupts.signal.aborted];
    interrupts.press();
    return [...first, interrupts.signal.aborted];
  });
  expect(signal).toEqual([true, false, true]);
});

it('Ctrl-C outside a turn ends the command, and operations that start afterwards are aborted', async () => {
  const interrupts = new Interrupts();
  await interrupts.interruptible(async () => undefined);
  interrupts.press();
  expect(interrupts.signal.aborted).toBe(true);
  expect(await interrupts.interruptible(async (signal) => signal.aborted)).toBe(true);
});
