import { expect, it } from 'vitest';
import { load } from '../soak/load.ts';

// The soak test makes the same calls for two minutes, and also measures the memory.
it('calls with faults, aborts and abandoned streams leave no listener, timer or socket, and the process ends by itself', async () => {
  const checks = await load(5, 50);
  expect(checks.filter(({ isGood }) => isGood === false)).toEqual([]);
  expect(checks.filter(({ isGood }) => isGood).length).toBeGreaterThan(6);
}, 180_000);
