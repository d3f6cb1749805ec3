import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '@majordomo/core';
import { isSubset, toSubset } from './schema.ts';

describe('toSubset', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'drops unknown keys',
      { type: 'object', additionalProperties: false, $schema: 'x', properties: {} },
      { type: 'OBJECT', properties: {} },
    ],
    ['drops an enum of integers', { type: 'integer', enum: [1, 2] }, { type: 'INTEGER' }],
    [
      'retains an enum of strings',
      { type: 'string', enum: ['a', 'b'] },
      { type: 'STRING', enum: ['a', 'b'] },
    ],
    [
      'converts null in an enum to nullable',
      { type: 'string', enum: ['a', null] },
      { type: 'STRING', enum: ['a'], nullable: true },
    ],
    ['drops an empty value of an enum', { type: 'string', enum: ['', 'a'] }, { type: 'STRING', enum: ['a'] }],
    ['converts a constant to an enum of one value', { const: 'a' }, { enum: ['a'] }],
    ['converts a type or null to nullable', { type: ['string', 'null'] }, { type: 'STRING', nullable: true }],
    [
      'converts several types to branches',
      { type: ['string', 'number'] },
      { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    ],
    [
      'joins a nullable branch',
      { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }], description: 'd' },
      { type: 'STRING', minLength: 1, description: 'd', nullable: true },
    ],
    [
      'converts oneOf to anyOf',
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    ],
    [
      'removes the type of alternatives',
      { type: 'object', anyOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }] },
    ],
    [
      'merges the properties of allOf, also of references',
      {
        properties: { a: { type: 'string' } },
        required: ['a'],
        allOf: [{ properties: { b: { type: 'string' } }, required: ['b'] }, { $ref: '#/$defs/c' }],
        $defs: { c: { type: 'object', properties: { c: { type: 'number' } } } },
      },
      {
        type: 'OBJECT',
        properties: { a: { type: 'STRING' }, b: { type: 'STRING' }, c: { type: 'NUMBER' } },
        required: ['a', 'b'],
      },
    ],
    [
      'ends a recursion through allOf',
      {
        $ref: '#/$defs/n',
        $defs: { n: { allOf: [{ properties: { n: { allOf: [{ $ref: '#/$defs/n' }] } } }] } },
      },
      expect.objectContaining({ type: 'OBJECT' }),
    ],
    [
      'merges allOf',
      { allOf: [{ type: 'object' }, { properties: { a: { type: 'string' } } }] },
      { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    ],
    [
      'retains properties named like keywords',
      { type: 'object', properties: { pattern: { type: 'string' }, enum: { type: 'number' }, default: {} } },
      { type: 'OBJECT', properties: { pattern: { type: 'STRING' }, enum: { type: 'NUMBER' }, default: {} } },
    ],
    [
      'reduces items too',
      { type: 'array', items: { type: 'object', additionalProperties: true } },
      { type: 'ARRAY', items: { type: 'OBJECT' } },
    ],
    [
      'expands a reference',
      { type: 'object', properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { type: 'string' } } },
      { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    ],
    [
      'expands a reference to an anchor',
      { type: 'object', properties: { a: { $ref: '#A' } }, $defs: { B: { $anchor: 'A', type: 'string' } } },
      { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    ],
    [
      'converts a reference to an unknown anchor to an object',
      { type: 'object', properties: { a: { $ref: '#A' } } },
      { type: 'OBJECT', properties: { a: { type: 'OBJECT' } } },
    ],
    [
      'expands a reference that is not URI-encoded',
      { type: 'object', properties: { a: { $ref: '#/$defs/100%' } }, $defs: { '100%': { type: 'string' } } },
      { type: 'OBJECT', properties: { a: { type: 'STRING' } } },
    ],
    [
      'converts a missing reference to an object',
      { $ref: '#/$defs/gone', title: 't' },
      { type: 'OBJECT', title: 't' },
    ],
  ])('%s', (_name, schema, expected) => {
    expect(toSubset(schema)).toEqual(expected);
  });

  it('ends for a recursive schema', () => {
    const tree: JsonObject = {
      $ref: '#/$defs/T',
      $defs: { T: { type: 'object', properties: { child: { $ref: '#/$defs/T' } } } },
    };
    expect(JSON.stringify(toSubset(tree)).length).toBeLessThan(1000);
  });

  const schemas = fc.letrec<{ schema: JsonObject; leaf: JsonObject; inner: JsonObject }>((tie) => ({
    schema: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('inner')),
    leaf: fc.record<Record<string, JsonValue>>(
      {
        type: fc.oneof(
          fc.constantFrom('string', 'integer', 'object', 'array'),
          fc.constant(['string', 'null']),
        ),
        enum: fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxLength: 3 }),
        description: fc.string(),
        additionalProperties: fc.boolean(),
        pattern: fc.string(),
      },
      { requiredKeys: [] },
    ),
    inner: fc.record<Record<string, JsonValue>>(
      {
        type: fc.constantFrom('object', 'array'),
        properties: fc.dictionary(fc.string(), tie('schema'), { maxKeys: 2 }),
        items: tie('schema'),
        anyOf: fc.array(tie('schema'), { maxLength: 2 }),
        nullable: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
  })).schema;

  it.each([
    ['references', (ref: JsonObject): JsonObject => ref],
    ['parts', (ref: JsonObject): JsonObject => ({ allOf: [ref] })],
  ])('nests fewer %s of a schema that would become large, each equally', (_, refer) => {
    const names = Array.from({ length: 30 }, (_each, at) => `p${at}`);
    const node = {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, refer({ $ref: '#/$defs/node' })])),
    };
    const subset = toSubset({ $defs: { node }, ...node });
    expect(JSON.stringify(subset).length).toBeLessThan(100_000);
    for (const name of names) expect(subset).toHaveProperty(['properties', name, 'properties', name]);
  });

  it('does not change its input, and is idempotent', () => {
    fc.assert(
      fc.property(schemas, (schema) => {
        const before = JSON.stringify(schema);
        const subset = toSubset(schema);
        expect(JSON.stringify(schema)).toBe(before);
        expect(toSubset(subset)).toEqual(subset);
      }),
      { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_120 },
    );
  });
});

describe('isSubset', () => {
  it('recognizes the form by its types', () => {
    expect(isSubset({ type: 'object' })).toBe(false);
    expect(isSubset(toSubset({ type: 'object' }))).toBe(true);
    expect(isSubset({})).toBe(false);
    const union: JsonObject = { anyOf: [{ type: 'object' }, { type: 'string' }] };
    expect(isSubset(union)).toBe(false);
    expect(isSubset(toSubset(union))).toBe(true);
  });
});
