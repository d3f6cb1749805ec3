import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistant, image, user, type ChatRequest } from '@majordomo/core';
import { expect, it } from 'vitest';
import { hasImages, STRATEGIES, strategyOf } from './strategies.ts';

const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const png = image(new Uint8Array([137, 80, 78, 71]), 'image/png');
const hi: ChatRequest = { messages: [user('hi')] };

it('the README lists the weights of each strategy', () => {
  const rows = [...README.matchAll(/^\| `([a-z-]+)` \| (\d+) \| (\d+) \| (\d+) \|$/gm)];
  const documented = rows.map(([, name = '', ...weights]) => {
    const [cost, speed, quality] = weights.map(Number);
    return [name, { cost, speed, quality }];
  });
  expect(Object.fromEntries(documented)).toEqual(STRATEGIES);
});

it.each<[string, ChatRequest | undefined, string]>([
  ['no request', undefined, 'balanced'],
  ['a short request', hi, 'balanced'],
  ['no tools', { ...hi, tools: [] }, 'balanced'],
  ['a tool', { ...hi, tools: [{ name: 't', description: '', parameters: {} }] }, 'tool-calling'],
  ['a schema', { ...hi, output: 'json' }, 'tool-calling'],
  ['an image', { messages: [user('?', png)], output: 'json' }, 'vision'],
  ['3,999 tokens of output', { ...hi, maxTokens: 3999 }, 'balanced'],
  ['4,000 tokens of output', { ...hi, maxTokens: 4000 }, 'long-context'],
  ['19,999 characters', { messages: [user('a'.repeat(19_999))] }, 'balanced'],
  [
    '20,000 characters',
    { messages: [user('a'.repeat(19_000)), assistant('a'.repeat(1000))] },
    'long-context',
  ],
  ['20,000 characters with the system text', { system: 'a'.repeat(19_998), ...hi }, 'long-context'],
])('the strategy for %s', (_, request, strategy) => {
  expect(strategyOf(request)).toBe(strategy);
});

it('any of several messages may contain an image', () => {
  const messages = [user('what is it?', png), assistant('A door.'), user('why?')];
  expect(hasImages({ messages })).toBe(true);
  expect(strategyOf({ messages })).toBe('vision');
});

it('a result of a tool may contain an image', () => {
  const result = { type: 'tool-result', callId: '1', name: 'look' } as const;
  expect(
    hasImages({
      messages: [{ role: 'tool', parts: [{ ...result, content: [{ type: 'text', text: 'It:' }, png] }] }],
    }),
  ).toBe(true);
  expect(hasImages({ messages: [{ role: 'tool', parts: [{ ...result, content: [] }] }] })).toBe(false);
  expect(hasImages(hi)).toBe(false);
});
