import { assistant, image, LlmError, toolResult, user, type ChatRequest } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { Answer } from '../src/traffic/answer.ts';
import { contentsOf, type Content } from '../src/report/html.ts';

const responseOf = (members: Partial<NonNullable<Answer['response']>>): Answer => ({
  response: {
    parts: [],
    finish: 'stop',
    target: 'a/b',
    usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
    ...members,
  },
});

const answered = responseOf({ parts: [{ type: 'text', text: 'fine' }] });
const requestContents = (request: ChatRequest): readonly Content[] =>
  contentsOf({ id: 'x', request, recorded: answered, candidate: answered }).request;
const answerText = (candidate: Answer): string | undefined =>
  contentsOf({ id: 'x', request: { messages: [] }, recorded: answered, candidate }).answers[1]?.text;

it('a request has its instructions, messages and tools as text', () => {
  const contents = requestContents({
    system: 'Be short.',
    messages: [
      user('Find it', image(new Uint8Array(3))),
      assistant([{ type: 'tool-call', id: '1', name: 'find', args: { id: 7 } }]),
      toolResult({ callId: '1', name: 'find', content: 'found' }),
    ],
    tools: [{ name: 'find', description: '', parameters: { type: 'object' } }],
  });
  expect(contents).toEqual([
    { title: 'Instructions', text: 'Be short.' },
    { title: 'User', text: 'Find it\n[image]' },
    { title: 'Assistant', text: 'find {\n  "id": 7\n}' },
    { title: 'Tool results', text: 'find: found' },
    { title: 'Tools', text: 'find' },
  ]);
});

it('long texts and early messages are cut with a statement', () => {
  const contents = requestContents({ messages: Array.from({ length: 8 }, () => user('x'.repeat(5000))) });
  expect(contents).toHaveLength(7);
  expect(contents[0]).toEqual({ title: 'Earlier messages', text: '2 messages not shown' });
  expect(contents[1]?.text).toMatch(/^x{2000}…\n\[3,000 more characters not shown\]$/);
});

it('an answer is its tool calls, its text, its finish reason or its failure', () => {
  const invalid = { type: 'tool-call', id: '1', name: 'mail', args: {}, invalid: { raw: '{"to":' } } as const;
  const parts = [{ type: 'text', text: 'yes\u0007' }, invalid] as const;
  expect(answerText(responseOf({ parts }))).toBe('mail {"to":\nyes ');
  expect(answerText(responseOf({ finish: 'length' }))).toBe('\n[length]');
  const error = new LlmError('context-overflow', 'too long');
  expect(answerText({ response: undefined, error })).toBe('context-overflow: too long');
  expect(answerText({ response: undefined })).toBe('no answer');
});
