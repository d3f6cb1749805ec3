import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { toStrict } from './strict.ts';

const closed = (properties: JsonObject, overrides: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...overrides,
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
  ])('expresses %s', (_what, schema) => {
    expect(toStrict(schema)).toEqual({ schema, isUnchanged: true, hasNulls: false });
  });

  it.each<[string, JsonObject]>([
    ['open', closed({}, { additionalProperties: true })],
    ['with an optional property', closed({ a: { type: 'string' } }, { required: [] })],
    ['with an open nested object', closed({ a: { type: 'object', properties: {} } })],
    ['open in a list', closed({ a: { type: 'array', items: { type: 'object' } } })],
    ['open in a union', closed({ a: { anyOf: [{ type: 'object' }] } })],
    ['open in a definition', closed({}, { $defs: { node: { type: 'object' } } })],
    ['with an open nullable object', closed({ a: { type: ['object', 'null'] } })],
    ['with a keyword outside of the subset', closed({ a: { type: 'string', default: 'x' } })],
    ['that is not an object schema', { type: 'string' }],
    ['that is a union', closed({}, { anyOf: [] })],
    ['with a boolean for a schema', closed({ a: true })],
    ['too deep', nested(12)],
    [
      'too large',
      closed(Object.fromEntries(Array.from({ length: 5001 }, (_, n) => [`p${n}`, { type: 'string' }]))),
    ],
  ])('cannot express %s', (_what, schema) => {
    expect(toStrict(schema)).not.toMatchObject({ isUnchanged: true });
  });
});

const object = (properties: JsonObject, overrides: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...overrides,
});
const rewritten = (property: JsonObject, overrides?: JsonObject): unknown => {
  const strict = toStrict(object({ a: property }, overrides));
  return 'schema' in strict ? (strict.schema['properties'] as JsonObject)['a'] : strict.why;
};

describe('an optional property', () => {
  const open = object({ b: { type: 'string' } }, { required: ['b'] });
  const $defs = { node: open, maybe: { $anchor: 'anchor', type: ['string', 'null'] } };

  it.each<[string, JsonObject, JsonObject]>([
    ['a scalar', { type: 'string', minItems: 1 }, { type: ['string', 'null'], minItems: 1 }],
    ['an enum', { enum: ['x', 'y'] }, { anyOf: [{ type: 'string', enum: ['x', 'y'] }, { type: 'null' }] }],
    ['an object', open, { anyOf: [closed({ b: { type: 'string' } }), { type: 'null' }] }],
    [
      'a union',
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
    ],
    ['a reference', { $ref: '#/$defs/node' }, { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] }],
    [
      'described',
      { $ref: '#/$defs/node', description: 'd' },
      { description: 'd', anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
    ],
    ['with unknown keywords', { type: 'string', $comment: 'c', 'x-y': 1 }, { type: ['string', 'null'] }],
    ['already nullable', { type: ['number', 'null'] }, { type: ['number', 'null'] }],
    ['nullable by reference', { $ref: '#/$defs/maybe' }, { $ref: '#/$defs/maybe' }],
    [
      'with a default',
      { type: 'number', default: 3, minLength: 2 },
      { type: ['number', 'null'], description: '(default: 3, minLength: 2)' },
    ],
    [
      'described by keywords that a pattern must not contain',
      { type: 'string', pattern: '^(?!a)', format: 'uri', description: 'd' },
      { type: ['string', 'null'], description: 'd (format: "uri", pattern: "^(?!a)")' },
    ],
  ])('that is %s becomes nullable', (_what, property, expected) => {
    expect(rewritten(property, { $defs })).toEqual(expected);
  });

  it.each<[string, JsonObject, string]>([
    ['explicitly open', object({}, { additionalProperties: true }), 'properties of any name'],
    ['of any name', { type: 'object', additionalProperties: { type: 'string' } }, 'properties of any name'],
    ['a map', { type: 'object' }, 'properties of any name'],
    ['anything', { description: 'd' }, 'a value of any kind'],
    ['an array of any values', { type: 'array' }, 'a value of any kind'],
    ['a tuple', { type: 'array', prefixItems: [] }, 'prefixItems'],
    ['an intersection', { allOf: [open] }, 'allOf'],
    ['a missing definition', { $ref: '#/$defs/none' }, 'the reference "#/$defs/none"'],
    ['a reference to an anchor', { $ref: '#anchor' }, 'the reference "#anchor"'],
    [
      'a reference to another document',
      { $ref: 'https://x.example/y' },
      'the reference "https://x.example/y"',
    ],
    [
      'one of two objects',
      { anyOf: [object({ c: { type: 'string' } }), open] },
      'optional properties inside alternatives',
    ],
  ])('that is %s makes the schema not strict', (_what, property, reason) => {
    expect(rewritten(property, { $defs })).toBe(`strict mode cannot express ${reason}`);
  });
});

it('keeps a required property unchanged', () => {
  expect(rewritten({ type: 'string' }, { required: ['a'] })).toEqual({ type: 'string' });
});

it('an open root makes the schema not strict', () => {
  for (const schema of [
    { type: 'object' },
    { type: 'string' },
    object({}, { anyOf: [{}] }),
    { properties: {} },
  ])
    expect(toStrict(schema)).toEqual({ why: expect.stringMatching(/root|alternatives/) as string });
});

it('reads a schema of thousands of properties a few times, not once per property', () => {
  const names = Array.from({ length: 2000 }, (_, at) => `city_${at}`);
  let looks = 0;
  const required = new Proxy(names, {
    get(list, key): unknown {
      looks++;
      return Reflect.get(list, key);
    },
  });
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  toStrict({ type: 'object', properties, required, additionalProperties: false });
  expect(looks).toBeLessThan(50 * names.length);
});
