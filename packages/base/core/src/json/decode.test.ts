import { describe, expect, it, test, vi } from 'vitest';
import { answerStart, decodeJson } from './decode.ts';

const value = { a: [1, { b: '}' }] };
const json = JSON.stringify(value);

describe('decodeJson returns the value', () => {
  it.each([
    ['without other text', json],
    ['after a byte order mark', `\uFEFF${json}`],
    ['with surrounding white space', `\n\n ${json}\n`],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['in a fence without a language', `\`\`\`\n${json}\n\`\`\``],
    ['in a fence with surrounding prose', `Here you are:\n\`\`\`json\n${json}\n\`\`\`\nEnjoy!`],
    ['in prose', `The answer is ${json}, as you asked.`],
    ['in prose with a footnote', `As in [1], the answer is ${json}.`],
    ['in prose with braces that are not JSON', `Of the form {a: …}: ${json}`],
    ['after reasoning', `<think>maybe {"a":2}?</think>\n${json}`],
    [
      'after reasoning in two tags with attributes',
      `<Thinking depth="2">x</Thinking><thought>y</thought>${json}`,
    ],
    ['after reasoning without its opening tag', `Let me see.\n</think>\n${json}`],
    ['after reasoning, in a fence', `<reasoning>hm</reasoning>\n\`\`\`json\n${json}\n\`\`\``],
  ])('%s', (_where, text) => {
    expect(decodeJson(text)).toEqual({ value });
  });

  it.each([
    ['a list at the root', '[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['a list in prose', 'These: [{"a":1},{"a":2}].', [{ a: 1 }, { a: 2 }]],
    ['a scalar', ' 42 ', 42],
    ['a closing tag inside a string', '{"html":"</think>"}', { html: '</think>' }],
    ['a fence inside a string', '```json\n{"code":"```js\\nx\\n```"}\n```', { code: '```js\nx\n```' }],
  ])('%s', (_what, text, expected) => {
    expect(decodeJson(text)).toEqual({ value: expected });
  });
});

describe('decodeJson reports a fault in', () => {
  it.each([
    ['two objects', '{"a":1}{"a":2}', 'the answer contains 2 JSON values'],
    ['two fences', '```json\n{"a":1}\n```\nor\n```json\n{"a":2}\n```', 'the answer contains 2 JSON values'],
    ['two lists', '[1] and [2]', 'the answer contains 2 JSON values'],
    ['prose', 'I would rather not.', 'the answer contains no JSON'],
    ['nothing', '', 'the answer contains no JSON'],
    ['a cut object that contains a complete one', '{"steps":[{"a":1},', 'the answer contains no JSON'],
    [
      'an invalid object that contains a complete one',
      'So: {"steps":[{"a":1},]}',
      'the answer contains no JSON',
    ],
    ['reasoning without an end', '<think>{"a":1}', 'the answer contains only reasoning'],
  ])('%s', (_what, text, fault) => {
    expect(decodeJson(text)).toEqual({ fault });
  });

  it('100,000 opening brackets in linear time', () => {
    const began = process.cpuUsage();
    expect(decodeJson(`x ${'{'.repeat(100_000)}`)).toEqual({ fault: 'the answer contains no JSON' });
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(500);
  });
});

it.each([
  ['{"a"', 0],
  ['\uFEFF [', 2],
  ['```json\n[', 8],
  ['Sure: {', 6],
  ['see [1]: ', -1],
  ['<think>{"a":1}', -1],
  ['<think>{"a":1}</think> {', 23],
])('the value of %j begins at %d', (text, at) => {
  expect(answerStart(text)).toBe(at);
});

it.each(['bare', 'fenced', 'in prose'])(
  'does not give a value that nothing could handle: 50,000 levels, %s',
  (form) => {
    const json = '['.repeat(50_000) + ']'.repeat(50_000);
    const text =
      { bare: json, fenced: `\`\`\`json\n${json}\n\`\`\``, 'in prose': `Here: ${json}` }[form] ?? '';
    expect(decodeJson(text)).toEqual({ fault: 'the answer is nested more than 500 levels deep' });
  },
);

test.each([
  ['code', '{x} '],
  ['lists of names', '[x] '],
  ['invalid arrays', '[1,x] '],
  ['invalid objects', '{"a":x} '],
  ['fences', '```js\nx()\n```\n'],
  ['fences of broken JSON', '```json\n{"a":}\n```\n'],
])('decodes megabytes of %s in linear time', (_what, piece) => {
  const parse = vi.spyOn(JSON, 'parse');
  const prose = piece.repeat(300_000 / piece.length);
  const decoded = decodeJson(`{"ok":true} ${prose}`);
  const parseCount = parse.mock.calls.length;
  parse.mockRestore();
  expect([decoded, parseCount < 2010]).toEqual([{ value: { ok: true } }, true]);
});
