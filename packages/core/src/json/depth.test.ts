import { expect, it } from 'vitest';
import { isTooDeep, MAX_DEPTH } from '../util/values.ts';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const circle: { self?: unknown; list: unknown[] } = { list: [] };
circle.self = circle;
circle.list.push(circle, circle);

it.each([
  [1, false],
  [null, false],
  [[], false],
  [nested(MAX_DEPTH), false],
  [nested(MAX_DEPTH + 1), true],
  [{ a: [1, nested(MAX_DEPTH)], b: 1 }, true],
  [nested(100_000), true],
  [circle, true],
  [Array.from({ length: 100_000 }, (_, n) => ({ n: [n] })), false],
])('isTooDeep: case %#', (value, expected) => {
  expect(isTooDeep(value)).toBe(expected);
});
