import { expect, it } from 'vitest';
import { changes } from './changes.ts';

it.each([
  ['a\nb\nc\nd\ne', 'a\nb\nc\nX\ne', '  a\n  b\n  c\n- d\n+ X\n  e'],
  ['a', 'a\nb', '  a\n+ b'],
  ['a\na', 'a', '  a\n- a'],
  ['a', 'a\n', '  (no differences)'],
])('shows the changes from %j to %j', (before, after, expected) => {
  expect(changes(before, after)).toBe(expected);
});
