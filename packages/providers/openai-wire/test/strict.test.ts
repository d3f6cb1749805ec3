import { checkValue, type JsonObject } from '@majordomo/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NullFilter, removeNulls } from '../src/schema/null-filter.ts';
import { toStrict } from '../src/schema/strict.ts';
import { anySchema, filterInChunks, randoms, valueOf } from './schemas.ts';

describe('every schema', () => {
  it('is not changed, and is a fixed point after rewriting', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        const before = JSON.stringify(schema);
        const strict = toStrict(schema);
        expect(JSON.stringify(schema)).toBe(before);
        if ('why' in strict) return;
        const rewritten = toStrict(structuredClone(strict.schema));
        expect(rewritten).toEqual({ schema: strict.schema, isUnchanged: true, hasNulls: false });
      }),
      { seed: 15, numRuns: 500 },
    );
  });

  it('accepts its values again after the nulls were removed, at any chunk boundaries', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(anySchema, fc.nat(), async (schema, seed) => {
        const random = randoms(seed);
        const strict = toStrict(schema);
        const value = 'why' in strict ? undefined : valueOf(strict.schema, random);
        if (value === undefined || 'why' in strict) return;
        expect(await checkValue(strict.schema, value)).toEqual({ value });
        const text = JSON.stringify(value, undefined, seed % 3);
        const restored: unknown = JSON.parse(filterInChunks(text, schema, random));
        expect(await checkValue(schema, restored)).toEqual({ value: restored });
        if (JSON.stringify(restored) !== JSON.stringify(value)) changed++;
        else expect(filterInChunks(text, schema, random)).toBe(text);
      }),
      { seed: 16, numRuns: 600 },
    );
    expect(changed).toBeGreaterThan(100);
  });
});

it('ends for circular references and infinite schemas', () => {
  const rewritten = { $ref: '#/$defs/a' };
  const circular = { anyOf: Array.from({ length: 20 }, () => rewritten) };
  const properties = { x: rewritten, y: { anyOf: [rewritten, { type: 'string' }] } };
  const strict = toStrict({ type: 'object', properties, $defs: { a: circular } });
  expect(strict).toEqual({ why: 'strict mode cannot express the reference "#/$defs/a"' });
  let deep: JsonObject = { type: 'object', properties: {} };
  for (let level = 0; level < 50_000; level++) deep = { type: 'object', properties: { a: deep } };
  for (const schema of [deep, { type: 'object', properties: { a: { anyOf: [deep, deep] } } }])
    expect(toStrict(schema)).toEqual({
      why: 'strict mode cannot express more than 10 levels (8 of alternatives)',
    });
});

describe('nulls of absent properties', () => {
  const schema = {
    type: 'object',
    properties: {
      a: { type: 'string' },
      b: { type: 'array', items: { type: 'object', properties: { c: { type: 'number' } } } },
      d: { type: ['string', 'null'] },
      e: { $ref: '#' },
    },
    required: ['d'],
  };

  it.each([
    ['{"a":null}', '{}'],
    ['{"a":null,"d":null}', '{"d":null}'],
    ['{"d":"","a":null,"b":null}', '{"d":""}'],
    ['{ "a" : null , "d" : 1 }', '{ "d" : 1 }'],
    ['{"\\u0061":null,"d":"\\""}', '{"d":"\\""}'],
    [
      '{"b":[{"c":null},{"c":2},null,[{"c":null}]],"d":null}',
      '{"b":[{},{"c":2},null,[{"c":null}]],"d":null}',
    ],
    ['{"e":{"e":null,"a":"null","d":null}}', '{"e":{"a":"null","d":null}}'],
    ['{"z":null,"d":{"a":null}}', '{"z":null,"d":{"a":null}}'],
  ])('are removed from %s', (input, expected) => {
    expect(removeNulls(input, schema)).toBe(expected);
  });

  it.each([
    '',
    'null',
    'no JSON {"a":null}',
    '[1',
    '{"a":nu',
    '{"a":nil}',
    '{"a":nullx}',
    '{"a":null"d":"x"}',
    '{"a"',
    '[}',
    '{]',
    '{} {"a":null}',
  ])('are kept in %j', (text) => {
    expect(removeNulls(text, schema)).toBe(text);
  });

  it('are removed in linear time', () => {
    const text = `{"d":"${'x'.repeat(200_000)}","b":[${'{"c":null},'.repeat(20_000)}{}]}`;
    const filter = new NullFilter(schema);
    let length = 0;
    for (let at = 0; at < text.length; at += 7) length += filter.push(text.slice(at, at + 7)).length;
    expect(length).toBe(text.length - '"c":null'.length * 20_000);
  });
});
