import { expect, it } from 'vitest';
import { isTooDeep, MAX_DEPTH } from '../util/values.ts';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const circular: { self?: unknown; list: unknown[] } = { list: [] };
circular.self = circular;
circular.list.push(circular, circular);

it.each([
  [1, false],
  [null, false],
  [[], false],
  [nested(MAX_DEPTH), false],
  [nested(MAX_DEPTH + 1), true],
  [{ a: [1, nested(MAX_DEPTH)], b: 1 }, true],
  [nested(100_000), true],
  [circular, true],
  [Array.from({ length: 100_000 }, (_, n) => ({ n: [n] })), false],
])('isTooDeep: case %#', (value, expected) => {
  expect(isTooDeep(value)).toBe(expected);
});
