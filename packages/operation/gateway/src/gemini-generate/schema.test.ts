import { expect, it } from 'vitest';
import { fromOpenApi } from './schema.ts';

it('converts types, nullable members and counts at every depth', () => {
  expect(
    fromOpenApi({
      type: 'OBJECT',
      propertyOrdering: ['tags', 'kind'],
      required: ['tags'],
      properties: {
        tags: { type: 'ARRAY', minItems: '1', items: { type: 'STRING', maxLength: '9' } },
        kind: { anyOf: [{ type: 'INTEGER', nullable: true }, { type: 'BOOLEAN' }] },
        type: { type: 'STRING', enum: ['A', 'B'] },
      },
    }),
  ).toEqual({
    type: 'object',
    required: ['tags'],
    properties: {
      tags: { type: 'array', minItems: 1, items: { type: 'string', maxLength: 9 } },
      kind: { anyOf: [{ type: ['integer', 'null'] }, { type: 'boolean' }] },
      type: { type: 'string', enum: ['A', 'B'] },
    },
  });
});

it('orders properties as `propertyOrdering` does, and then the others', () => {
  const properties = { a: { type: 'STRING' }, b: {}, c: {}, d: {} };
  const { properties: ordered } = fromOpenApi({ properties, propertyOrdering: ['d', 'b', 'unknown'] });
  expect(Object.keys(ordered ?? {})).toEqual(['d', 'b', 'a', 'c']);
});

it.each([
  [
    'an enumeration',
    { type: 'STRING', enum: ['A'], nullable: true },
    { type: ['string', 'null'], enum: ['A', null] },
  ],
  [
    'alternatives',
    { anyOf: [{ type: 'STRING' }, { type: 'NUMBER' }], nullable: true },
    { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] },
  ],
  [
    'a reference',
    { ref: '#/defs/Node', nullable: true },
    { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] },
  ],
])('accepts null in %s', (_, schema, expected) => {
  expect(fromOpenApi(schema)).toEqual(expected);
});

it('converts references to definitions', () => {
  const next = { ref: '#/defs/Node' };
  const node = { type: 'OBJECT', properties: { next } };
  expect(fromOpenApi({ ...next, defs: { Node: node } })).toEqual({
    $ref: '#/$defs/Node',
    $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } },
  });
});
