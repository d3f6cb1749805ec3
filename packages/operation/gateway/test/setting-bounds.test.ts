import { expect, it } from 'vitest';
import { parseMessages } from '../src/anthropic-messages/read.ts';
import { parseGemini } from '../src/gemini-generate/read.ts';
import { parseChat } from '../src/openai-chat/read.ts';
import { parseResponses } from '../src/openai-responses/read.ts';
import type { Media } from '../src/parsing/media.ts';
import type { ParsedRequest } from '../src/wire.ts';

const media: Media = {
  byFile: () => expect.unreachable(),
  byUrl: () => {
    throw new Error('not called');
  },
};
const messages = [{ role: 'user', content: 'hi' }];
type Parse = (body: unknown, media: Media) => ParsedRequest;

const WIRES: Readonly<Record<string, readonly [Parse, object]>> = {
  chat: [parseChat, { model: 'm', messages }],
  responses: [parseResponses, { model: 'm', input: 'hi' }],
  messages: [parseMessages, { model: 'm', messages, max_tokens: 10 }],
};

/** Numbers of each wire: its member, the member of core, and the smallest and largest value. */
const NUMBERS: readonly (readonly [
  wire: string,
  member: string,
  coreMember: string,
  minimum: number,
  maximum: number,
])[] = [
  ['chat', 'max_tokens', 'maxTokens', 1, Number.MAX_SAFE_INTEGER],
  ['chat', 'max_completion_tokens', 'maxTokens', 1, Number.MAX_SAFE_INTEGER],
  ['chat', 'temperature', 'temperature', 0, 2],
  ['chat', 'top_p', 'topP', 0, 1],
  ['chat', 'frequency_penalty', 'frequencyPenalty', -2, 2],
  ['chat', 'presence_penalty', 'presencePenalty', -2, 2],
  ['chat', 'seed', 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['responses', 'max_output_tokens', 'maxTokens', 1, Number.MAX_SAFE_INTEGER],
  ['responses', 'temperature', 'temperature', 0, 2],
  ['responses', 'top_p', 'topP', 0, 1],
  ['messages', 'max_tokens', 'maxTokens', 1, Number.MAX_SAFE_INTEGER],
  ['messages', 'temperature', 'temperature', 0, 1],
  ['messages', 'top_p', 'topP', 0, 1],
];

it.each(NUMBERS)('%s: %s sets %s and must be from %d to %d', (wire, member, coreMember, minimum, maximum) => {
  const [parse, body] = WIRES[wire] ?? [parseChat, {}];
  const parseValue = (value: number): unknown =>
    parse({ ...body, [member]: value }, media).request[coreMember as 'seed'];
  expect([parseValue(minimum), parseValue(maximum)]).toEqual([minimum, maximum]);
  const isInteger = !member.includes('_p') && member !== 'temperature';
  for (const value of [minimum - (isInteger ? 1 : 0.1), maximum + (isInteger ? 1 : 0.1)])
    expect(() => parseValue(value)).toThrow(
      new RegExp(`^${member} must be (?:a number|an integer).*, not ${value}$`),
    );
});

it('messages: top_k 0 means no limit', () => {
  const parseValue = (top_k: number): unknown =>
    parseMessages({ model: 'm', messages, max_tokens: 1, top_k }, media).request.topK;
  expect([parseValue(0), parseValue(1)]).toEqual([undefined, 1]);
});

it('gemini: topK is rounded to an integer of 1 or more, and 0 means no limit', () => {
  const contents = [{ parts: [{ text: 'hi' }] }];
  const parseValue = (topK: number): unknown =>
    parseGemini({ contents, generationConfig: { topK } }, media, { model: 'm', isStreamed: false }).request
      .topK;
  expect([0, 0.3, 1, 40.4].map(parseValue)).toEqual([undefined, 1, 1, 40]);
});

it.each([
  ['chat', 'reasoning_effort', ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']],
  ['chat', 'verbosity', ['low', 'medium', 'high']],
] as const)('%s: %s must be one of %j', (wire, member, values) => {
  const [parse, body] = WIRES[wire] ?? [parseChat, {}];
  const coreMember = member === 'verbosity' ? member : 'reasoning';
  for (const value of values)
    expect(parse({ ...body, [member]: value }, media).request[coreMember]).toBe(value);
  expect(() => parse({ ...body, [member]: 'other' }, media)).toThrow(
    `${member} must be one of ${values.join(', ')}`,
  );
});
