import { expect, it, onTestFinished, vi } from 'vitest';
import { newUuid } from './uuid.ts';

it('returns a UUID of version 7 with the time in milliseconds', () => {
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers({ now: 0x01_93_78_2a_bc_de });
  expect(newUuid()).toMatch(/^0193782a-bcde-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

it('returns different ids within a millisecond', () => {
  expect(new Set(Array.from({ length: 1000 }, newUuid)).size).toBe(1000);
});
