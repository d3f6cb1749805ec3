import { expect, it } from 'vitest';
import { listeners } from './listeners.ts';

it('calls all listeners in order, also after one that throws', () => {
  const calls: string[] = [];
  const notify = listeners<number>(
    (event) => calls.push(`a${event}`),
    () => {
      throw new Error('no');
    },
    (event) => calls.push(`b${event}`),
  );
  notify(1);
  expect(calls).toEqual(['a1', 'b1']);
});
