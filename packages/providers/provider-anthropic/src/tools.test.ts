import type { Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { MESSAGES_QUIRKS } from './quirks.ts';
import type { MessagesToolOptions } from './tool-options.ts';
import { toToolChoice, wireTools } from './tools.ts';

describe('wireTools', () => {
  it('converts name, description, schema, strict, deferred names and further members', () => {
    const extra = {
      input_examples: [{ city: 'Oslo' }],
      allowed_callers: ['direct'],
    } satisfies MessagesToolOptions;
    const schema = { type: 'object' } as const;
    expect(
      wireTools(
        [
          { name: 'a', description: 'd', schema, strict: true, extra },
          { name: 'b', description: undefined, schema, strict: false, extra: undefined },
        ],
        new Set(['b']),
      ),
    ).toEqual([
      { name: 'a', description: 'd', input_schema: schema, strict: true, ...extra },
      { name: 'b', input_schema: schema, defer_loading: true },
    ]);
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
    'sends auto to a model that rejects forced calls',
    (choice) => {
      const warnings: Warning[] = [];
      expect(toToolChoice(choice, { ...MESSAGES_QUIRKS, forcedTools: 'never' }, warnings)).toEqual({
        type: 'auto',
      });
      expect(warnings).toMatchObject([{ action: 'coerced', what: 'toolChoice to auto' }]);
    },
  );
});
