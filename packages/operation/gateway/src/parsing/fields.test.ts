import { describe, expect, it } from 'vitest';
import { Refusal } from '../errors/refusal.ts';
import {
  array,
  boolean,
  Fields,
  integer,
  jsonObject,
  nonEmptyString,
  number,
  object,
  oneOf,
  string,
  type Parser,
} from './fields.ts';

/** Returns the value, or the message of the refusal, whose path is `at`. */
function parse(parser: Parser<unknown>, value: unknown): unknown {
  try {
    return parser(value, 'at');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect([error.kind, error.path]).toEqual(['invalid-request', 'at']);
    return error.message;
  }
}

it.each<[string, Parser<unknown>, unknown, unknown]>([
  ['string', string, 'é🦊', 'é🦊'],
  ['string', string, '\ud83e', 'at is not valid Unicode'],
  ['string', string, undefined, 'at is missing; it must be a string'],
  ['nonEmptyString', nonEmptyString, 'a', 'a'],
  ['nonEmptyString', nonEmptyString, '', 'at must not be empty'],
  ['boolean', boolean, 'true', 'at must be a boolean, not a string'],
  ['number(0, 2)', number(0, 2), 2.1, 'at must be a number from 0 to 2, not 2.1'],
  ['integer(1, 8)', integer(1, 8), 9, 'at must be an integer from 1 to 8, not 9'],
  ["oneOf('a', 'b')", oneOf('a', 'b'), 'c', 'at must be one of a, b'],
  ['object', object, [], 'at must be an object, not an array'],
  ['jsonObject', jsonObject, { a: 1 }, { a: 1 }],
  ['array(string)', array(string), ['a', ''], ['a', '']],
  ['array(string)', array(string), 'a', 'at must be an array, not a string'],
])('%s of %s %j is %j', (_, parser, value, expected) => {
  expect(parse(parser, value)).toEqual(expected);
});

it('the path of an invalid item contains its index', () => {
  expect(() => array(string)(['a', 7], 'at')).toThrow('at[1] must be a string, not a number');
});

it('the refusal of the body itself has no path', () => {
  expect(() => object([], '')).toThrow(
    expect.objectContaining({ message: 'the body must be an object, not an array', path: undefined }),
  );
});

describe('the fields of an object', () => {
  const fieldsOf = (value: Readonly<Record<string, unknown>>, path = ''): Fields => new Fields(value, path);

  it('are optional if they are missing or null', () => {
    const fields = fieldsOf({ a: null, b: '', c: undefined });
    expect(['a', 'b', 'c', 'd'].map((key) => fields.optional(key, string))).toEqual([
      undefined,
      '',
      undefined,
      undefined,
    ]);
    expect(['a', 'b', 'c', 'd'].map((key) => fields.isSet(key))).toEqual([false, true, false, false]);
  });

  it('do not include inherited properties', () => {
    const fields = fieldsOf({});
    expect([fields.isSet('constructor'), fields.optional('toString', string)]).toEqual([false, undefined]);
    expect(() => fields.required('constructor', string)).toThrow(
      'constructor is missing; it must be a string',
    );
  });

  it('have the path of the object', () => {
    expect([fieldsOf({}).pathOf('a'), fieldsOf({}, 'b[0]').pathOf('a')]).toEqual(['a', 'b[0].a']);
    expect(() => fieldsOf({ a: 7 }, 'b').required('a', string)).toThrow('b.a must be a string');
  });

  it('are listed if they are set and were not parsed', () => {
    const fields = fieldsOf({ a: 'x', b: null, c: 'y', d: 'z' });
    fields.required('a', string);
    fields.optional('c', string);
    expect(fields.unparsed()).toEqual(['d']);
  });
});
