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

  it('gives the schemas an object as their root', () => {
    const union = { anyOf: [{ type: 'object', properties: { a: {} } }] };
    expect(schemaOf(union)).toEqual({ type: 'object', properties: { a: {} } });
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
