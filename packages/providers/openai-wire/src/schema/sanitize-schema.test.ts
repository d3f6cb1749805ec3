import fc from 'fast-check';
import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import {
  GRAMMAR_DIALECT,
  PLAIN_DIALECT,
  sanitizeSchema,
  type SchemaDialect,
  TYPED_DIALECT,
} from './sanitize-schema.ts';

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});
const inPlain = (property: JsonObject): unknown => {
  const { schema, dropped } = sanitizeSchema(object({ a: property }), PLAIN_DIALECT);
  return [(schema['properties'] as JsonObject)['a'], dropped];
};

describe('a schema in a plain dialect', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ type: ['string', 'null'] }, { type: 'string', nullable: true }],
    [{ type: ['string', 'number', 'null'] }, { type: ['string', 'number'], nullable: true }],
    [
      { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }], description: 'd', default: null },
      { description: 'd', default: null, type: 'string', minLength: 1, nullable: true },
    ],
    [
      { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
      { oneOf: [{ type: 'string' }, { type: 'number' }], nullable: true },
    ],
    [
      { $ref: '#/$defs/a', default: 1, description: 'd' },
      { $ref: '#/$defs/a', description: 'd' },
    ],
    [{ type: 'object' }, { type: 'object', properties: {} }],
    [object({ b: {} }, { required: ['b', 'gone'] }), object({ b: {} }, { required: ['b'] })],
    [object({}, { required: ['gone'] }), object({})],
    [
      { enum: ['a', null], default: { type: ['x', 'null'] } },
      { enum: ['a', null], default: { type: ['x', 'null'] } },
    ],
  ])('converts %j to %j', (input, expected) => {
    expect(inPlain(input)).toEqual([expected, []]);
  });

  it('expands the name of a type', () => {
    expect(sanitizeSchema(object({ a: 'string' }), PLAIN_DIALECT).schema).toEqual(
      object({ a: { type: 'string' } }),
    );
  });

  it('preserves properties that are named like keywords', () => {
    const named = object(
      { pattern: {}, enum: {}, default: {}, format: {}, $ref: {} },
      { required: ['pattern'] },
    );
    for (const dialect of [PLAIN_DIALECT, GRAMMAR_DIALECT])
      expect(sanitizeSchema(named, dialect)).toEqual({ schema: named, dropped: [] });
  });
});

describe('other dialects', () => {
  it('drop unsupported keywords at every level and report them', () => {
    const deep = object({
      a: { type: 'array', items: { type: 'string', pattern: '^a', format: 'uri' } },
      pattern: {},
    });
    expect(sanitizeSchema(deep, GRAMMAR_DIALECT)).toEqual({
      schema: object({ a: { type: 'array', items: { type: 'string' } }, pattern: {} }),
      dropped: ['pattern', 'format'],
    });
  });

  it('add a type to every schema without alternatives', () => {
    const input = object({
      a: { description: 'any' },
      b: { enum: [1, 2] },
      c: { type: 'string', anyOf: [{ const: 'x' }, { minLength: 1 }] },
      d: { type: ['string', 'null'], enum: ['x', '', null] },
      e: { items: {} },
    });
    expect(sanitizeSchema(input, TYPED_DIALECT)).toEqual({
      schema: object({
        a: { description: 'any', type: 'string' },
        b: { enum: [1, 2], type: 'number' },
        c: {
          anyOf: [
            { const: 'x', type: 'string' },
            { minLength: 1, type: 'string' },
          ],
        },
        d: { type: 'string', enum: ['x'] },
        e: { items: { type: 'string' }, type: 'array' },
      }),
      dropped: ['null'],
    });
  });
});

const DIALECTS: readonly SchemaDialect[] = [PLAIN_DIALECT, TYPED_DIALECT, GRAMMAR_DIALECT];

describe('every dialect', () => {
  it('does not follow references and stops at a depth', () => {
    const node = object({ next: { $ref: '#/$defs/node' } });
    const schema = object({ root: { $ref: '#/$defs/node' } }, { $defs: { node } });
    let deep: JsonObject = {};
    for (let n = 0; n < 500; n++) deep = object({ a: deep });
    for (const dialect of DIALECTS) {
      expect(sanitizeSchema(schema, dialect).schema).toEqual(schema);
      expect(sanitizeSchema(deep, dialect).dropped).toContain('depth');
    }
  });

  it('does not change its input and is idempotent', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      'anyOf',
      'oneOf',
      'enum',
      'required',
      '$ref',
      'default',
      'pattern',
      'nullable',
      'x',
    );
    const { schema: schemas } = fc.letrec<{ schema: JsonObject }>((tie) => ({
      schema: fc
        .dictionary(
          keyword,
          fc.oneof(
            { depthSize: 'small' },
            fc.constantFrom('string', 'object', 'null', 1, null, true),
            fc.array(fc.constantFrom('string', 'null', 'a', null), { maxLength: 3 }),
            tie('schema'),
            fc.array(tie('schema'), { maxLength: 3 }),
          ),
          { maxKeys: 4 },
        )
        .map((value): JsonObject => ({ ...value })),
    }));
    fc.assert(
      fc.property(schemas, fc.constantFrom(...DIALECTS), (schema, dialect) => {
        const before = JSON.stringify(schema);
        const sanitized = sanitizeSchema(schema, dialect).schema;
        expect(JSON.stringify(schema)).toBe(before);
        expect(sanitizeSchema(structuredClone(sanitized), dialect).schema).toEqual(sanitized);
      }),
      { seed: 13, numRuns: process.env['SOAK'] === undefined ? 200 : 2000 },
    );
  });
});
