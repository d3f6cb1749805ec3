import { expect, it } from 'vitest';
import { messageOf } from './error-kind.ts';

const errorWithMessage = (message: unknown): Error => Object.assign(new Error('x'), { message });

it.each([
  [new Error('boom'), 'boom'],
  ['boom', 'boom'],
  [undefined, 'undefined'],
  [errorWithMessage(7), '7'],
  [Object.create(null), 'it threw a value of type object that cannot be converted to text'],
  [errorWithMessage(Object.create(null)), 'it threw a value of type object that cannot be converted to text'],
])('describes a thrown value: case %#', (thrown, words) => {
  expect(messageOf(thrown)).toBe(words);
});
