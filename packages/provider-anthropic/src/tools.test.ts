import type { Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { MESSAGES_QUIRKS } from './quirks.ts';
import { toToolChoice, toTools } from './tools.ts';

const schemaOf = (parameters: object) =>
  toTools([{ name: 't', description: 'd', parameters: parameters as never }])[0]?.input_schema;

describe('toTools', () => {
  it('gives name, description and schema; a blank description is left out', () => {
    const parameters = { type: 'object', properties: { q: { type: 'string' } } };
    expect(
      toTools([
        { name: 'a', description: 'd', parameters },
        { name: 'b', description: ' ', parameters },
      ]),
    ).toEqual([
      { name: 'a', description: 'd', input_schema: parameters },
      { name: 'b', input_schema: parameters },
    ]);
  });

  it('keeps the identity of a schema, also of one that it had to shape', () => {
    const fine = { type: 'object' };
    const union = { anyOf: [{ type: 'object' }] };
    expect(schemaOf(fine)).toBe(fine);
    expect(schemaOf(union)).toBe(schemaOf(union));
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
    expect(schemaOf(parameters as object)).toEqual(expected);
  });
});

describe('toToolChoice', () => {
  it.for([
    [undefined, undefined],
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
    [{ name: 'a' }, { type: 'tool', name: 'a' }],
  ] as const)('sends %j as %j', ([choice, expected]) => {
    const warnings: Warning[] = [];
    expect(toToolChoice(choice, MESSAGES_QUIRKS, warnings)).toEqual(expected);
    expect(warnings).toEqual([]);
  });

  it.for(['required', { name: 'a' }] as const)(
    'leaves the choice to a model that refuses to be forced',
    (choice) => {
      const warnings: Warning[] = [];
      expect(toToolChoice(choice, { ...MESSAGES_QUIRKS, forcedTools: 'never' }, warnings)).toEqual({
        type: 'auto',
      });
      expect(warnings).toMatchObject([{ action: 'coerced', what: 'toolChoice to auto' }]);
    },
  );
});
