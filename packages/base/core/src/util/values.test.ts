import { expect, test } from 'vitest';
import { asList, asNumber, asRecord, asText, isList, isRecord } from './values.ts';

const VALUES = { nothing: null, absent: undefined, text: 'a', number: 1, list: [1], record: { a: 1 } };

test.each([
  ['record', isRecord, ['record']],
  ['list', isList, ['list']],
])('a %s is distinguished from other JSON values', (_name, is, expected) => {
  expect(Object.keys(VALUES).filter((name) => is(VALUES[name as keyof typeof VALUES]))).toEqual(expected);
});

test('returns the default for a value of another type', () => {
  expect([asRecord([1]), asRecord(null), asRecord({ a: 1 })]).toEqual([{}, {}, { a: 1 }]);
  expect([asList({ a: 1 }), asList(undefined), asList([1])]).toEqual([[], [], [1]]);
  expect([asText(1), asText(null), asText('')]).toEqual([undefined, undefined, '']);
});

test('asNumber returns undefined for NaN and infinities, but 0 for 0', () => {
  expect([NaN, Infinity, -Infinity, '1', null].map(asNumber)).toEqual(Array(5).fill(undefined));
  expect(asNumber(0)).toBe(0);
});
