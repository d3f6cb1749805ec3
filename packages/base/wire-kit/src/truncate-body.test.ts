import { expect, test } from 'vitest';
import { truncateBody } from './errors.ts';

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['a string', 'too many requests'],
  [
    'an error',
    { error: { message: 'no', code: null, details: [{ loc: ['body', 0] }, true] }, request_id: 'r' },
  ],
  ['a member with the name of an inherited one', JSON.parse('{"__proto__":{"a":1},"constructor":"x"}')],
])('does not change %s', (_what, body) => {
  expect(truncateBody(body)).toEqual(body);
});

test('truncates a string without splitting a character', () => {
  expect(truncateBody({ message: 'a'.repeat(16_383) + '😀'.repeat(9), code: 'after' })).toEqual({
    message: 'a'.repeat(16_383),
    code: 'after',
  });
});

test.each([
  ['many strings', Array.from({ length: 100_000 }, () => 'word'.repeat(100))],
  ['many members', Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`name${n}`, n]))],
  ['long names', { ['a'.repeat(1_000_000)]: { ['b'.repeat(1_000_000)]: ['c'.repeat(1_000_000)] } }],
  ['many levels', deep(100_000)],
  ['many numbers', [Array.from({ length: 500_000 }, () => 1)]],
])('truncates %s', (_what, body) => {
  expect(JSON.stringify(truncateBody(body)).length).toBeLessThan(80_000);
});

function deep(levels: number): unknown {
  let value: unknown = 'end';
  for (let n = 0; n < levels; n++) value = { error: value };
  return value;
}
