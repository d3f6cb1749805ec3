import { describe, expect, it } from 'vitest';
import type { AssistantPart } from '../types/messages.ts';
import type { FinishReason } from '../types/response.ts';
import { isEmptyAnswer, finishError } from './response-checks.ts';

const said: AssistantPart = { type: 'text', text: ' a ' };
const blank: AssistantPart = { type: 'text', text: ' \n\t' };
const thought: AssistantPart = { type: 'reasoning', text: 'hm' };
const call: AssistantPart = { type: 'tool-call', id: 'c', name: 'f', args: {} };

it.each<[boolean, AssistantPart[]]>([
  [true, []],
  [true, [blank]],
  [true, [thought, blank]],
  [false, [said]],
  [false, [thought, said]],
  [false, [call]],
  [false, [blank, call]],
])('it is %s that an answer is empty that has %j', (isEmpty, parts) => {
  expect(isEmptyAnswer(parts)).toBe(isEmpty);
});

describe('a finish', () => {
  it.each<[FinishReason, AssistantPart[]]>([
    ['stop', [thought]],
    ['tool-calls', []],
    ['other', [blank]],
  ])('with "%s" and nothing to see is a failure', (reason, parts) => {
    expect(finishError('a/x', parts, reason)).toMatchObject({
      kind: 'empty',
      message: `a/x finished with "${reason}" and no content`,
      details: { target: 'a/x' },
    });
  });

  it('by a filter before anything was said is a failure of its own', () => {
    expect(finishError('a/x', [], 'content-filter')).toMatchObject({
      kind: 'content-filter',
      message: 'a/x blocked the request before it answered',
      details: { target: 'a/x' },
    });
  });

  it.each<[FinishReason, AssistantPart[]]>([
    ['stop', [said]],
    ['tool-calls', [call]],
    ['other', [said]],
    ['length', [thought]],
    ['length', []],
    ['content-filter', [blank]],
    ['content-filter', [said]],
  ])('with "%s" and %j is an answer', (reason, parts) => {
    expect(finishError('a/x', parts, reason)).toBeUndefined();
  });
});
