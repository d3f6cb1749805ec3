import { parseArguments } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { jsonText } from './settings.ts';

const nested = (levels: number): object => {
  let value = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
};

it('gives a value back as JSON', () => {
  expect(jsonText({ a: [1, { b: null }] })).toBe('{"a":[1,{"b":null}]}');
  expect(parseArguments(jsonText(nested(500))).args).toEqual(nested(500));
});

it.each([501, 50_000])('gives no JSON for %i levels: arguments of it are refused', (levels) => {
  expect(parseArguments(jsonText(nested(levels)))).toEqual({
    args: {},
    invalid: { raw: 'nested more than 500 levels deep' },
  });
});
