import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { toolSchema } from './tool-schema.ts';

describe('toolSchema', () => {
  it('keeps the identity of a schema, also of one that it had to shape', () => {
    const fine = { type: 'object' };
    const union = { anyOf: [{ type: 'object' }] };
    expect(toolSchema(fine)).toBe(fine);
    expect(toolSchema(union)).toBe(toolSchema(union));
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
  ])('shapes the root of %j', ([parameters, expected]) => {
    expect(toolSchema(parameters as JsonObject)).toEqual(expected);
  });
});
