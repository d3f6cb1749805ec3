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
