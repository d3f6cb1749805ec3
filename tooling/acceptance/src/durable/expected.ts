import { expect } from 'vitest';
import { keysOf, linesOf, type Point } from './scenario.ts';

/** Returns the expected outcome of a run that was killed at this point, for every engine. */
export function expectWhatIsPromised(folder: string, runId: string, point: Point): void {
  const count = (what: string): number => linesOf(folder, runId, what).length;
  // Without a key, the effect happens twice only if the process died between the effect and its record.
  expect(count('add')).toBe(point === 'after add' ? 2 : 1);
  // With a key that the server checks, the effect happens once.
  expect(keysOf(folder, runId, 'add')).toHaveLength(1);
  // The run was killed from outside, so its progress is unknown.
  if (point === 'after the decision') {
    expect(count('pay')).toBeLessThanOrEqual(1);
    return;
  }
  // The effect happens once. If its result is unknown, it starts again only after the operator has settled it as not done.
  expect(count('pay')).toBe(1);
  expect(count('ask')).toBe(/ask/.test(point) ? 4 : 3);
}
