import { expect, it } from 'vitest';
import { Interrupts } from './interrupts.ts';

it('one Ctrl-C stops the turn, a second one in it the command', async () => {
  const interrupts = new Interrupts();
  const signal = await interrupts.interruptible(async (signal) => {
    expect(interrupts.press()).toBe('turn');
    const first = [signal.aborted, interrupts.signal.aborted];
    interrupts.press();
    return [...first, interrupts.signal.aborted];
  });
  expect(signal).toEqual([true, false, true]);
});

it('outside of a turn Ctrl-C ends the command, and what is begun then is aborted', async () => {
  const interrupts = new Interrupts();
  await interrupts.interruptible(async () => undefined);
  interrupts.press();
  expect(interrupts.signal.aborted).toBe(true);
  expect(await interrupts.interruptible(async (signal) => signal.aborted)).toBe(true);
});
