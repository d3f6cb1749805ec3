import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { objectRoot } from './tools.ts';

describe('objectRoot', () => {
  it('returns the same object for the same schema', () => {
    const schema = { type: 'object' };
    const union = { anyOf: [{ type: 'object' }] };
    expect(objectRoot(schema)).toBe(schema);
    expect(objectRoot(union)).toBe(objectRoot(union));
  });

  it('follows a root that refers to a definition', () => {
    const $defs = { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } };
    expect(objectRoot({ $ref: '#/$defs/node', $defs })).toEqual({ ...$defs.node, $defs });
    const anchored = { node: { $anchor: 'node', type: 'object', properties: { a: {} } } };
    expect(objectRoot({ $ref: '#node', $defs: anchored })).toEqual({ ...anchored.node, $defs: anchored });
    expect(objectRoot({ $ref: '#' })).toEqual({ type: 'object', properties: {} });
    expect(objectRoot({ $ref: 'https://elsewhere' })).toEqual({ type: 'object', properties: {} });
  });

  it.for([
    [{}, { type: 'object', properties: {} }],
    [
      { properties: { a: {} }, description: 'x' },
      { type: 'object', properties: { a: {} }, description: 'x' },
    ],
    [
      {
        anyOf: [
          { type: 'object', properties: { kind: {}, a: {} }, required: ['kind', 'a'] },
          { type: 'object', properties: { kind: {}, b: {} }, required: ['kind'] },
        ],
      },
      { type: 'object', properties: { kind: {}, a: {}, b: {} }, required: ['kind'] },
    ],
    [
      {
        type: 'object',
        properties: { x: {} },
        required: ['x'],
        allOf: [{ properties: { y: {} }, required: ['y'] }],
      },
      { type: 'object', properties: { x: {}, y: {} }, required: ['x', 'y'] },
    ],
  ])('converts the root of %j', ([parameters, expected]) => {
    expect(objectRoot(parameters as JsonObject)).toEqual(expected);
  });
});
