import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { fitsStrict } from './strict.ts';

const closed = (properties: JsonObject, over: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...over,
});
const nested = (depth: number): JsonObject => closed(depth === 0 ? {} : { a: nested(depth - 1) });

describe('a schema', () => {
  it.each<[string, JsonObject]>([
    [
      'closed and required',
      closed({ a: { type: 'string', description: 'd' }, b: { type: ['number', 'null'], minimum: 0 } }),
    ],
    ['empty', closed({})],
    [
      'with lists and unions',
      closed({ a: { type: 'array', items: closed({}) }, b: { anyOf: [closed({}), { type: 'null' }] } }),
    ],
    [
      'with definitions',
      closed({ a: { $ref: '#/$defs/node' } }, { $defs: { node: closed({}) }, $schema: 'x' }),
    ],
    [
      'with a property named like a keyword',
      closed({ default: { type: 'string' }, pattern: { type: 'string' } }),
    ],
  ])('%s fits', (_what, schema) => {
    expect(fitsStrict(schema)).toBe(true);
  });

  it.each<[string, JsonObject]>([
    ['open', closed({}, { additionalProperties: true })],
    ['with an optional property', closed({ a: { type: 'string' } }, { required: [] })],
    ['open below', closed({ a: { type: 'object', properties: {} } })],
    ['open in a list', closed({ a: { type: 'array', items: { type: 'object' } } })],
    ['open in a union', closed({ a: { anyOf: [{ type: 'object' }] } })],
    ['open in a definition', closed({}, { $defs: { node: { type: 'object' } } })],
    ['open where it may be null', closed({ a: { type: ['object', 'null'] } })],
    ['with a keyword outside of the subset', closed({ a: { type: 'string', default: 'x' } })],
    ['of no object', { type: 'string' }],
    ['that is a union', closed({}, { anyOf: [] })],
    ['with a boolean for a schema', closed({ a: true })],
    ['too deep', nested(12)],
    [
      'too large',
      closed(Object.fromEntries(Array.from({ length: 5001 }, (_, n) => [`p${n}`, { type: 'string' }]))),
    ],
  ])('%s does not fit', (_what, schema) => {
    expect(fitsStrict(schema)).toBe(false);
  });
});
