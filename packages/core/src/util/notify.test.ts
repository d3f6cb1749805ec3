import { expect, it, vi } from 'vitest';
import { notify } from './listeners.ts';

const down = new Error('the database is down');

it('tells an observer all there is, and nobody where there is none', () => {
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
  ['gives a promise that rejects', () => Promise.reject(down)],
  ['gives something else', () => 5],
])('nothing comes of an observer that %s', (_, observer) => {
  expect(() => {
    notify(observer);
  }).not.toThrow();
});

it('a promise of any make is waited for, so that it begins and its failure is heard', () => {
  const then = vi.fn();
  notify(() => ({ then }));
  expect(then).toHaveBeenCalledWith(null, expect.any(Function));
});
