import { expect } from 'vitest';
import { keysOf, linesOf, type Point } from './scenario.ts';

/** What a run left that was killed at this point, whatever the engine. */
export function expectWhatIsPromised(folder: string, runId: string, point: Point): void {
  const count = (what: string): number => linesOf(folder, runId, what).length;
  // Without a key: twice, where the process died between the effect and its record, and nowhere else.
  expect(count('add')).toBe(point === 'after add' ? 2 : 1);
  // With a key that somebody honours: once all the same.
  expect(keysOf(folder, runId, 'add')).toHaveLength(1);
  // Killed at a moment of its own: how far it had come nobody knows.
  if (point === 'after the decision') {
    expect(count('pay')).toBeLessThanOrEqual(1);
    return;
  }
  // Begun at most once: not at all where the process died between its claim and the effect.
  expect(count('pay')).toBe(point === 'before pay' ? 0 : 1);
  expect(count('ask')).toBe(/ask/.test(point) ? 4 : 3);
}
