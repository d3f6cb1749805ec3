import { estimateRequest } from '@majordomo/catalog/tokens';
import {
  assistant,
  image,
  toolResult,
  user,
  type ChatRequest,
  type ImagePart,
  type ToolSpec,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { inputTokens } from '../src/ranking/input-tokens.ts';

/** Image header with 1000 × 800 pixels. */
const png = (): ImagePart => {
  const bytes = new Uint8Array(64);
  bytes.set([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 3, 232, 0, 0, 3, 32]);
  return image(bytes, 'image/png');
};
const call = { type: 'tool-call', id: '1', name: 'look', args: { at: 'the door' } } as const;
const parameters = {
  type: 'object',
  properties: { at: { type: 'string', description: 'where to look' } },
} as const;
const tools: readonly ToolSpec[] = [{ name: 'look', description: 'Looks at something', parameters }];

const requests: Readonly<Record<string, ChatRequest>> = {
  'a greeting': { messages: [user('hello there')] },
  'a system text and a schema': {
    system: 'Be brief. '.repeat(50),
    messages: [user('hi')],
    output: { ...parameters },
  },
  'an empty list of tools': { messages: [user('hello there')], tools: [] },
  'two tools': { messages: [user('hi')], tools: tools.flatMap((tool) => [tool, { ...tool, name: 'read' }]) },
  'JSON of any form': { messages: [user('hi')], output: 'json' },
  'tools and their results': {
    messages: [
      user('look'),
      assistant([call]),
      toolResult({ callId: '1', name: 'look', content: 'a '.repeat(500) }),
    ],
    tools,
  },
  images: { messages: [user('what?', png(), png()), assistant('Two.'), user('why?')] },
};

describe('inputTokens equals the estimate of the catalog', () => {
  const targets = ['openai', 'anthropic', 'google', 'unknown'].map((vendor) => ({ vendor, model: 'gpt-4o' }));
  it.each(Object.entries(requests))('for %s', (_, request) => {
    const { system, messages, tools = [], output } = request;
    const schema =
      output === undefined ? undefined : { name: '', schema: output === 'json' ? undefined : output };
    for (const target of targets) {
      const estimate = estimateRequest(
        { system, messages, tools: tools as never, output: schema },
        target,
      ).tokens;
      // The images of a message are counted as another message, whose role has four tokens.
      const added = 4 * messages.filter(({ parts }) => parts.some(({ type }) => type === 'image')).length;
      expect([target.vendor, inputTokens(request, target)]).toEqual([target.vendor, estimate + added]);
    }
  });
});

it('counts only the new messages of a growing conversation', () => {
  const long = Array.from({ length: 200 }, () => user('word '.repeat(2000)));
  inputTokens({ messages: long }, { vendor: 'openai', model: 'x' });
  const cpuBefore = process.cpuUsage();
  for (let turn = 0; turn < 200; turn++)
    for (const vendor of ['openai', 'anthropic', 'google', 'groq', 'xai'])
      inputTokens({ messages: [...long, user(`turn ${turn}`)] }, { vendor, model: 'x' });
  // Two megabytes of messages in 1,000 requests.
  expect(process.cpuUsage(cpuBefore).user / 1000).toBeLessThan(2000);
});

it('counts schemas of libraries by their JSON, and schemas without JSON as empty', () => {
  const target = { vendor: 'openai', model: 'x' };
  const tokensOf = (schema: unknown): number =>
    inputTokens(
      {
        messages: [user('hi')],
        tools: [{ name: 'look', description: '', parameters: schema as ToolSpec['parameters'] }],
      },
      target,
    );
  const input = () => ({
    type: 'object',
    properties: { at: { description: 'where to look, in a few words' } },
  });
  const standard = {
    '~standard': { version: 1, vendor: 'any', validate: () => ({ value: 1 }), jsonSchema: { input } },
  };
  const circular: { self?: unknown } = {};
  circular.self = circular;
  expect(tokensOf(standard)).toBe(tokensOf(input()));
  expect(tokensOf(standard)).toBeGreaterThan(tokensOf({}) + 5);
  expect([tokensOf(circular), tokensOf({ '~standard': {} })]).toEqual([tokensOf({}), tokensOf({})]);
});
