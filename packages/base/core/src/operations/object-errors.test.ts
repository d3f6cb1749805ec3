import { expect, it } from 'vitest';
import type { ChatResponse, FinishReason } from '../types/response.ts';
import { schemaMismatchError, unfinishedError } from './object-errors.ts';

const usage = { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
const attempts = [
  { target: 'a/x', model: 'x', outcome: 'finished', error: undefined, usage, ms: 5 },
] as const;
const responseOf = (members: Partial<ChatResponse> = {}): ChatResponse => {
  const text = members.text ?? 'So';
  const parts = [{ type: 'text', text }] as const;
  return {
    id: 'r',
    target: 'a/x',
    text,
    parts,
    usage,
    attempts,
    toolCalls: [],
    finish: 'stop',
    ...members,
  } as ChatResponse;
};
const partialOf = (text: string): object => ({
  id: 'r',
  target: 'a/x',
  parts: [{ type: 'text', text }],
  text,
  usage,
});
const callOf = (name: string) => ({ type: 'tool-call', id: name, name, args: {} }) as const;

it.each<[FinishReason, string, string, string | undefined]>([
  ['length', 'truncated', 'a/x reached its limit of tokens before the end; raise maxTokens', undefined],
  ['incomplete', 'truncated', 'a/x paused before the end of its answer (incomplete)', undefined],
  ['content-filter', 'content-filter', 'a/x refused to answer (content-filter)', 'content-filter'],
  ['refusal', 'content-filter', 'a/x refused to answer (refusal)', 'refusal'],
])('an answer that finishes with %s has an error with its content', (finish, kind, message, code) => {
  const error = unfinishedError(responseOf({ finish, toolCalls: [callOf('look')] }));
  expect([error?.kind, error?.message]).toEqual([kind, message]);
  expect(error?.details).toEqual({
    target: 'a/x',
    attempts,
    partial: partialOf('So'),
    ...(code && { code }),
  });
});

it.each<FinishReason>(['stop', 'tool-calls', 'other'])(
  'an answer that finishes with %s is complete without calls',
  (finish) => {
    expect(unfinishedError(responseOf({ finish }))).toBeUndefined();
  },
);

it('returns an error that lists the names of the tool calls of a response', () => {
  const error = unfinishedError(responseOf({ toolCalls: [callOf('look'), callOf('read')] }));
  expect([error?.kind, error?.message]).toEqual([
    'invalid-output',
    'a/x called tools instead of answering: look, read',
  ]);
  expect(error?.details).toEqual({ target: 'a/x', attempts, partial: partialOf('So') });
});

it.each([
  ['a'.repeat(2000), 'a'.repeat(2000)],
  ['a'.repeat(2001), `${'a'.repeat(2000)}…`],
  [`${'a'.repeat(1999)}🦊`, `${'a'.repeat(1999)}…`],
])(
  'the error of a misfit contains at most 2000 characters of the answer, and the complete partial response',
  (text, body) => {
    const issues = [{ path: ['title'], message: 'Required' }];
    const error = schemaMismatchError(responseOf({ text }), issues);
    expect([error.kind, error.message]).toEqual([
      'invalid-output',
      'a/x gave an answer that does not fit the schema: title: Required',
    ]);
    expect(error.details).toEqual({ target: 'a/x', attempts, partial: partialOf(text), issues, body });
  },
);
