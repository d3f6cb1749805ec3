import { parseArguments } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { jsonText } from './settings.ts';

const nested = (levels: number): object => {
  let value = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
};

it('returns a value as JSON', () => {
  expect(jsonText({ a: [1, { b: null }] })).toBe('{"a":[1,{"b":null}]}');
  expect(parseArguments(jsonText(nested(500))).args).toEqual(nested(500));
});

it.each([501, 50_000])(
  'returns text that is not JSON for %i levels, so that core rejects the arguments',
  (levels) => {
    expect(parseArguments(jsonText(nested(levels)))).toEqual({
      args: {},
      invalid: { raw: 'nested more than 500 levels deep' },
    });
  },
);
