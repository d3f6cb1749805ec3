import { expect, it, vi } from 'vitest';
import { notify } from './listeners.ts';

const down = new Error('the database is down');

it('passes all values to an observer and accepts none', () => {
  const observer = vi.fn();
  notify(observer, 'a', 2);
  notify(undefined, 'a', 2);
  expect(observer.mock.calls).toEqual([['a', 2]]);
});

it.each([
  [
    'throws',
    () => {
      throw down;
    },
  ],
  ['returns a promise that rejects', () => Promise.reject(down)],
  ['returns another value', () => 5],
])('ignores an observer that %s', (_, observer) => {
  expect(() => {
    notify(observer);
  }).not.toThrow();
});

it('handles the rejection of any thenable', () => {
  const then = vi.fn();
  notify(() => ({ then }));
  expect(then).toHaveBeenCalledWith(null, expect.any(Function));
});
