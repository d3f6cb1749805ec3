import { expect, it } from 'vitest';
import { simulation } from '../../src/prompt-cache/simulation.ts';

const STEPS = 40;
/** Number of steps of the long run. With SOAK=1, as in the nightly run, 200. */
const LONG_STEPS = process.env['SOAK'] === undefined ? 60 : 200;

it('costs at most 0.85 as much if the first target fails at every second step', async () => {
  const fails = (step: number): boolean => step % 2 === 1;
  const plain = await simulation({ steps: STEPS, fails });
  const ordered = await simulation({ steps: STEPS, fails, ordered: true });
  expect(ordered.served).toBe(STEPS);
  expect(ordered.readShare).toBeGreaterThanOrEqual(0.95);
  expect(ordered.picoUsd / plain.picoUsd).toBeLessThanOrEqual(0.85);
});

it('avoids a first target that fails repeatedly for longer than maxStayMs, even after compactions', async () => {
  const fails = (step: number): boolean => step % 2 === 1;
  const options = { steps: LONG_STEPS, parallel: 4, resultChars: 400, compactEvery: LONG_STEPS / 2, fails };
  const plain = await simulation(options);
  const ordered = await simulation({ ...options, ordered: true });
  expect(ordered.readShare).toBeGreaterThanOrEqual(0.95);
  expect(ordered.picoUsd / plain.picoUsd).toBeLessThanOrEqual(0.85);
});

it('costs at most 0.6 as much if every call reverses the order of the chain', async () => {
  const options = { steps: STEPS, reversed: true, pauseMs: 200_000 };
  const plain = await simulation(options);
  const ordered = await simulation({ ...options, ordered: true });
  expect(ordered.picoUsd / plain.picoUsd).toBeLessThanOrEqual(0.6);
});

it('costs the same as the chain without failures', async () => {
  const plain = await simulation({ steps: 20 });
  const ordered = await simulation({ steps: 20, ordered: true });
  expect(ordered).toEqual(plain);
  expect(plain.readShare).toBeGreaterThanOrEqual(0.95);
});
