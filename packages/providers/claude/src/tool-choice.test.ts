import type { Warning } from '@majordomo/core';
import { expect, it } from 'vitest';
import { allowedToolChoice } from './tool-choice.ts';

it.for([
  [undefined, 'never', undefined],
  ['none', 'never', 'none'],
  ['required', 'without-thinking', 'required'],
  [{ name: 'a' }, 'always', { name: 'a' }],
] as const)('sends the choice %j with forced tools "%s"', ([choice, forcedTools, expected]) => {
  const warnings: Warning[] = [];
  expect(allowedToolChoice(choice, { forcedTools }, warnings)).toEqual(expected);
  expect(warnings).toEqual([]);
});

it.for(['required', { name: 'a' }] as const)(
  'sends auto to a model that rejects forced calls: %j',
  (choice) => {
    const warnings: Warning[] = [];
    expect(allowedToolChoice(choice, { forcedTools: 'never' }, warnings)).toBe('auto');
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'toolChoice to auto' }]);
  },
);
