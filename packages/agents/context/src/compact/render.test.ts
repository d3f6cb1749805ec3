import { assistant, toolResult, user, type Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { DETAILS, render, type Detail } from './render.ts';

const long = 'a'.repeat(10_000);
const values = Array.from({ length: 2000 }, () => 12345);
const messages: readonly Message[] = [
  user(long),
  assistant([
    { type: 'text', text: long },
    { type: 'reasoning', text: 'hidden' },
    { type: 'tool-call', id: '1', name: 'look', args: { values } },
  ]),
  toolResult({ callId: '1', name: 'look', content: long }),
];

/** Number of characters before and after the cut of a line. */
const cutOf = (line: string | undefined): readonly number[] | undefined => {
  const match =
    /^(?:user|assistant|assistant calls look|look gave): (.*)\n\[… \d+ characters …\]\n(.*)$/.exec(
      line ?? '',
    );
  return match?.slice(1).map((part) => part.length);
};

describe('a rendered transcript', () => {
  it.each([
    ['most', DETAILS[0], [4000, 1500], [1000, 500], [4000, 1500]],
    ['less', DETAILS[1], [2000, 800], [400, 100], [700, 300]],
    ['least', DETAILS[2], [600, 200], [150, 50], undefined],
  ])('has the lengths of the %s detail', (_, detail, text, args, result) => {
    const lines = render(messages, detail as Detail);
    expect(lines.map(cutOf)).toEqual([text, text, args, result]);
  });

  it('has no system messages and no reasoning', () => {
    const lines = render(
      [{ role: 'system', parts: [{ type: 'text', text: 'rules' }] }, ...messages],
      DETAILS[2] as Detail,
    );
    expect(lines).toHaveLength(4);
  });

  it('has long strings in arguments shortened, as valid JSON', () => {
    const call = assistant([{ type: 'tool-call', id: '1', name: 'look', args: { at: long } }]);
    const [line = ''] = render([call], DETAILS[0] as Detail);
    expect(JSON.parse(line.slice('assistant calls look: '.length))).toEqual({
      at: `${'a'.repeat(200)}… (10000 characters)`,
    });
  });

  it('states that a call failed', () => {
    const failed = toolResult({ callId: '1', name: 'look', content: 'no such file', isError: true });
    expect(render([failed], DETAILS[0] as Detail)).toEqual(['look failed: no such file']);
  });

  it('has a result of 200 characters or more only once, at its last place', () => {
    const result = (callId: string, length: number): Message =>
      toolResult({ callId, name: 'look', content: 'b'.repeat(length) });
    const [first, second] = render([result('1', 200), result('2', 200)], DETAILS[0] as Detail);
    expect([first?.includes('bbb'), second]).toEqual([false, `look gave: ${'b'.repeat(200)}`]);
    const short = render([result('1', 199), result('2', 199)], DETAILS[0] as Detail);
    expect(short).toEqual(Array.from({ length: 2 }, () => `look gave: ${'b'.repeat(199)}`));
  });

  it('has one item for each part', () => {
    const imagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) } as const;
    const result = { type: 'tool-result', callId: '1', name: 'look', content: [] } as const;
    const text = (value: string) => ({ type: 'text', text: value }) as const;
    const transcript: readonly Message[] = [
      { role: 'user', parts: [text('a'), imagePart, text('b')] },
      assistant([
        text('c'),
        { type: 'reasoning', text: 'hidden' },
        { type: 'vendor', kind: 'search', text: 'x', replay: { family: 'f', data: 1 } },
        { type: 'tool-call', id: '1', name: 'look', args: { at: 'x' } },
      ]),
      {
        role: 'tool',
        parts: [
          { ...result, content: [text('d'), imagePart] },
          { ...result, content: [text('e')] },
        ],
      },
    ];
    const start = [
      'user: a\n[image, image/png, left out]\nb',
      'assistant: c',
      'assistant calls look: {"at":"x"}',
    ];
    expect(render(transcript, DETAILS[0] as Detail)).toEqual([
      ...start,
      'look gave [with 1 pictures]: d',
      'look gave: e',
    ]);
    expect(render(transcript, DETAILS[2] as Detail)).toEqual([
      ...start,
      '[left out: look({"at":"x"}) gave 1 lines, 1 characters, 1 pictures: d]',
      '[left out: look({"at":"x"}) gave 1 lines, 1 characters: e]',
    ]);
  });
});
