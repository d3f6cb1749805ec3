import { expect, it } from 'vitest';
import { listeners } from './listeners.ts';

it('calls all listeners in order, also after one that throws', () => {
  const calls: string[] = [];
  const tell = listeners<number>(
    (event) => calls.push(`a${event}`),
    () => {
      throw new Error('no');
    },
    (event) => calls.push(`b${event}`),
  );
  tell(1);
  expect(calls).toEqual(['a1', 'b1']);
});
