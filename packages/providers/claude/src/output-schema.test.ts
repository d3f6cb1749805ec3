import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { toOutputSchema } from './output-schema.ts';

describe('outputSchema', () => {
  it('closes every object and turns oneOf into anyOf', () => {
    const { schema, dropped } = toOutputSchema({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
        either: { oneOf: [{ type: 'object', properties: {} }, { $ref: '#/$defs/x' }] },
      },
      $defs: { x: { type: ['object', 'null'], properties: {} } },
      required: ['list'],
    });
    expect(schema).toEqual({
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
        },
        either: {
          anyOf: [{ type: 'object', properties: {}, additionalProperties: false }, { $ref: '#/$defs/x' }],
        },
      },
      $defs: { x: { type: ['object', 'null'], properties: {}, additionalProperties: false } },
      required: ['list'],
      additionalProperties: false,
    });
    expect(dropped).toEqual([]);
  });

  it('moves unsupported keywords to the description', () => {
    const { schema, dropped } = toOutputSchema({
      type: 'object',
      properties: {
        age: { type: 'integer', minimum: 0, maximum: 150, description: 'In years.' },
        tags: { type: 'array', items: { type: 'string' }, minItems: 3 },
        one: { type: 'array', items: { type: 'string' }, minItems: 1 },
        phone: { type: 'string', format: 'phone' },
        mail: { type: 'string', format: 'email' },
      },
      additionalProperties: { type: 'string' },
    });
    expect(schema).toMatchObject({
      properties: {
        age: { type: 'integer', description: 'In years. (minimum: 0, maximum: 150)' },
        tags: { type: 'array', description: '(minItems: 3)' },
        one: { minItems: 1 },
        phone: { type: 'string', description: '(format: "phone")' },
        mail: { format: 'email' },
      },
    });
    expect(schema).not.toHaveProperty('properties.age.minimum');
    expect(dropped).toEqual(['minimum', 'maximum', 'minItems', 'format', 'additionalProperties']);
  });

  it('moves `oneOf` beside `anyOf` to the description', () => {
    const anyOf = [{ type: 'string' }, { type: 'number' }];
    for (const schema of [
      { anyOf, oneOf: [{ const: 1 }] },
      { oneOf: [{ const: 1 }], anyOf },
    ])
      expect(toOutputSchema(schema)).toMatchObject({
        schema: { anyOf, description: '(oneOf: [{"const":1}])' },
        dropped: ['oneOf'],
      });
  });

  it('keeps properties named like keywords, and enum and default values', () => {
    const properties = {
      minimum: { type: 'string' },
      format: { type: 'string', enum: ['minimum'], default: { maximum: 1 } },
    };
    expect(toOutputSchema({ type: 'object', properties }).schema['properties']).toEqual(properties);
  });

  it('does not change its input, is idempotent and returns the same object for the same schema', () => {
    const input = Object.freeze({
      type: 'object',
      properties: Object.freeze({ n: Object.freeze({ type: 'number', minimum: 1 }) }),
    });
    const first = toOutputSchema(input);
    expect(toOutputSchema(input)).toBe(first);
    expect(toOutputSchema(first.schema).schema).toEqual(first.schema);
  });
});

describe('unsupported features', () => {
  const object = (properties: object): object => ({ type: 'object', properties });
  const refTo = (at: number): object => ({ $ref: `#/$defs/${at}` });
  /** Returns a schema with 2 ** `length` paths, none of which is a cycle. */
  const doubledChain = (length: number): object => ({
    ...refTo(0),
    $defs: Object.fromEntries(
      Array.from({ length }, (_, at) => [at, object({ a: refTo(at + 1), b: refTo(at + 1) })]),
    ),
  });

  it.for([
    ['a record', { type: 'object', additionalProperties: { type: 'number' } }, 'arbitrary names'],
    ['a record or null', { type: ['object', 'null'] }, 'arbitrary names'],
    [
      'a record inside',
      object({ a: { anyOf: [{ type: 'object', propertyNames: {}, additionalProperties: {} }] } }),
      'arbitrary names',
    ],
    [
      'an object without a description of its members',
      { type: 'array', items: { type: 'object' } },
      'arbitrary names',
    ],
    ['patterns of names', { type: 'object', patternProperties: { '^x': {} } }, 'arbitrary names'],
    ['the root in itself', object({ children: { type: 'array', items: { $ref: '#' } } }), 'recursive schema'],
    [
      'two definitions that contain each other',
      {
        $ref: '#/$defs/a',
        $defs: { a: object({ b: { $ref: '#/$defs/b' } }), b: object({ a: { $ref: '#/$defs/a' } }) },
      },
      'recursive schema',
    ],
    ['an anchor', object({ a: { $ref: '#name' }, b: { $anchor: 'name', type: 'string' } }), 'an anchor'],
    ['another document', object({ a: { $ref: 'https://example.org/a.json' } }), 'another document'],
  ] as const)('%s', ([, schema, why]) => {
    expect(toOutputSchema(schema as JsonObject).unsupported).toContain(why);
  });

  it.for([
    ['an object without members', { type: 'object', properties: {} }],
    ['an object that is closed', { type: 'object', additionalProperties: false }],
    ['known members in addition to any others', { ...object({ a: {} }), additionalProperties: {} }],
    [
      'a definition that is used twice',
      { ...object({ a: { $ref: '#/$defs/x' }, b: { $ref: '#/$defs/x' } }), $defs: { x: { type: 'string' } } },
    ],
    ['a chain of 40 definitions that each use the next one twice', doubledChain(40)],
    ['a property named like a keyword', object({ items: { type: 'string' }, $ref: { type: 'string' } })],
    ['a reference to a missing definition', object({ a: { $ref: '#/$defs/none' } })],
    ['a reference that is not URI-encoded', { ...object({ a: { $ref: '#/$defs/%' } }), $defs: { '%': {} } }],
  ] as const)('not %s', ([, schema]) => {
    expect(toOutputSchema(schema as JsonObject).unsupported).toBeUndefined();
  });
});
