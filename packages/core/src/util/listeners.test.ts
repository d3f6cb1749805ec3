import { expect, it } from 'vitest';
import { listeners } from './listeners.ts';

it('calls all listeners in order, also after one that throws', () => {
  const told: string[] = [];
  const tell = listeners<number>(
    (event) => told.push(`a${event}`),
    () => {
      throw new Error('no');
    },
    (event) => told.push(`b${event}`),
  );
  tell(1);
  expect(told).toEqual(['a1', 'b1']);
});
