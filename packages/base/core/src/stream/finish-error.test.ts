import { describe, expect, it } from 'vitest';
import type { AssistantPart } from '../types/messages.ts';
import type { FinishReason } from '../types/response.ts';
import { finishError } from './events.ts';

const text: AssistantPart = { type: 'text', text: ' a ' };
const blank: AssistantPart = { type: 'text', text: ' \n\t' };
const reasoning: AssistantPart = { type: 'reasoning', text: 'hm' };
const call: AssistantPart = { type: 'tool-call', id: 'c', name: 'f', args: {} };

describe('finishError', () => {
  it.each<[FinishReason, AssistantPart[]]>([
    ['stop', [reasoning, blank]],
    ['tool-calls', []],
    ['other', [blank]],
  ])('returns "empty" for the reason "%s" without content', (reason, parts) => {
    expect(finishError('a/x', parts, reason)).toMatchObject({
      kind: 'empty',
      message: `a/x finished with "${reason}" and no content`,
    });
  });

  it('returns "content-filter" for a filter before any content', () => {
    expect(finishError('a/x', [], 'content-filter')).toMatchObject({
      kind: 'content-filter',
      message: 'a/x blocked the request before it answered',
    });
  });

  it.each<[FinishReason, AssistantPart[]]>([
    ['stop', [reasoning, text]],
    ['tool-calls', [blank, call]],
    ['other', [text]],
    ['length', [reasoning]],
    ['length', []],
    ['content-filter', [blank]],
    ['content-filter', [text]],
  ])('accepts the reason "%s" with %j', (reason, parts) => {
    expect(finishError('a/x', parts, reason)).toBeUndefined();
  });
});
