import {
  assistant,
  file,
  image,
  toolResult,
  user,
  vendorResult,
  type Message,
  type VendorCallPart,
} from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { cutEnd, cutMiddle } from './cut-middle.ts';
import { prune } from './prune.ts';
import { shrinkArgs } from './shrink-args.ts';

const pdf = file(new Uint8Array([1]), 'application/pdf');
const imagePart = image(new Uint8Array([1]), 'image/png');
const call = (id: string, args = {}): Message => assistant([{ type: 'tool-call', id, name: 'look', args }]);
const result = (callId: string, ...content: readonly (string | typeof imagePart | typeof pdf)[]): Message =>
  toolResult({
    callId,
    name: 'look',
    content: content.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)),
  });
/** Prunes an exchange that another message follows, and returns the text of its result. */
const line = (...messages: readonly Message[]): unknown => {
  const pruned = prune([...messages, user('end')], undefined);
  const part = pruned[1]?.parts[0];
  return part?.type === 'tool-result' ? part.content : undefined;
};

describe('a tool result', () => {
  it('of up to 200 characters stays, and a longer one becomes one line', () => {
    expect(line(call('a'), result('a', 'x'.repeat(200)))).toEqual([{ type: 'text', text: 'x'.repeat(200) }]);
    const text = `one\n\ttwo ${'x'.repeat(192)}`;
    expect(line(call('a', { at: 'b' }), result('a', text))).toEqual([
      {
        type: 'text',
        text: `[left out: look({"at":"b"}) gave 2 lines, 201 characters: one two ${'x'.repeat(112)}]`,
      },
    ]);
  });

  it('with images becomes one line with their number', () => {
    expect(line(call('a'), result('a', 'ok', imagePart, imagePart))).toEqual([
      { type: 'text', text: '[left out: look({}) gave 1 lines, 2 characters, 2 pictures: ok]' },
    ]);
    expect(line(call('a'), result('a', imagePart))).toEqual([
      { type: 'text', text: '[left out: look({}) gave 1 pictures: ]' },
    ]);
  });

  it('with images is not called the same as a later result with the same text', () => {
    const other = image(new Uint8Array([2]), 'image/png');
    expect(line(call('a'), result('a', imagePart), call('b'), result('b', other))).toEqual([
      { type: 'text', text: '[left out: look({}) gave 1 pictures: ]' },
    ]);
    const text = 'x'.repeat(201);
    expect(line(call('a'), result('a', text), call('b'), result('b', text, other))).toEqual([
      { type: 'text', text: expect.not.stringContaining('the same') as string },
    ]);
  });

  it('with documents becomes one line with their number', () => {
    expect(line(call('a'), result('a', 'ok', pdf))).toEqual([
      { type: 'text', text: '[left out: look({}) gave 1 lines, 2 characters, 1 documents: ok]' },
    ]);
    expect(line(call('a'), result('a', imagePart, pdf, pdf))).toEqual([
      { type: 'text', text: '[left out: look({}) gave 1 pictures, 2 documents: ]' },
    ]);
  });

  it('that failed, or has no call, is described as such', () => {
    const long = 'x'.repeat(300);
    const failed = toolResult({ callId: 'b', name: 'look', content: long, isError: true });
    expect(line(call('a'), failed)).toEqual([
      { type: 'text', text: `[left out: look failed 1 lines, 300 characters: ${'x'.repeat(120)}]` },
    ]);
  });

  it('that a later one repeats becomes a reference to it', () => {
    const long = 'x'.repeat(300);
    expect(line(call('a'), result('a', long), call('b'), result('b', long))).toEqual([
      { type: 'text', text: '[left out: look({}) gave the same as a later result, 1 lines, 300 characters]' },
    ]);
  });

  it('at the end keeps the first 4,000 and last 1,500 characters', () => {
    const short = result('a', 'x'.repeat(5500), imagePart);
    expect(prune([call('a'), short], undefined)[1]).toBe(short);
    const text = `${'a'.repeat(4000)}${'b'.repeat(500)}${'c'.repeat(1500)}`;
    expect(prune([call('a'), result('a', text, imagePart)], undefined)[1]).toEqual(
      result('a', `${'a'.repeat(4000)}\n[… 500 characters left out …]\n${'c'.repeat(1500)}`, imagePart),
    );
  });
});

describe('other turns', () => {
  it('get placeholders for images and files, except `keep` and instructions', () => {
    const message = user('look', imagePart, file(new Uint8Array([1]), 'application/pdf', 'a.pdf'));
    const system: Message = { role: 'system', parts: [{ type: 'text', text: 'be kind' }] };
    const [first, second, third] = prune([system, message, { ...message }], message);
    expect(first).toBe(system);
    expect(second).toBe(message);
    expect(third?.parts).toEqual([
      { type: 'text', text: 'look' },
      { type: 'text', text: '[image, image/png, left out]' },
      { type: 'text', text: '[file a.pdf, application/pdf, left out]' },
    ]);
  });

  it('lose reasoning and signatures only if their arguments are shortened', () => {
    const replay = { family: 'f', data: 's' };
    const turn = (text: string): Message =>
      assistant([
        { type: 'reasoning', text: 'hm', replay },
        { type: 'tool-call', id: 'a', name: 'look', args: { text }, replay },
      ]);
    const short = turn('x');
    expect(prune([short, user('end')], undefined)[0]).toBe(short);
    expect(prune([turn('x'.repeat(600)), user('end')], undefined)[0]).toEqual(
      assistant([
        {
          type: 'tool-call',
          id: 'a',
          name: 'look',
          args: { text: `${'x'.repeat(200)}… (600 characters)` },
        },
      ]),
    );
  });
});

describe('arguments', () => {
  it('of up to 500 characters of JSON stay', () => {
    const args = { text: 'x'.repeat(489) };
    expect(JSON.stringify(args)).toHaveLength(500);
    expect(shrinkArgs(args)).toBe(args);
    expect(shrinkArgs({ text: 'x'.repeat(490) })).toEqual({ text: `${'x'.repeat(200)}… (490 characters)` });
  });

  it('have strings above 200 characters shortened at any depth', () => {
    const long = 'y'.repeat(201);
    const short = 'z'.repeat(200);
    expect(shrinkArgs({ list: [long, short, 1, null, true], object: { long } })).toEqual({
      list: [`${'y'.repeat(200)}… (201 characters)`, short, 1, null, true],
      object: { long: `${'y'.repeat(200)}… (201 characters)` },
    });
  });
});

describe('a cut', () => {
  it('keeps the beginning and the end, if that is shorter', () => {
    const marker = (left: number): string => `<${left}>`;
    expect(cutMiddle('abcdefghijkl', 3, 2, marker)).toBe('abc<7>kl');
    expect(cutMiddle('abcdef', 2, 1, marker)).toBe('abcdef');
    expect(cutMiddle('abcdef', 4, 2, marker)).toBe('abcdef');
    expect(cutMiddle('abcdefghi', 3, 2, marker)).toBe('abc<4>hi');
  });

  it('does not split a line end, a combined character, an emoji or a flag', () => {
    expect(cutEnd('ab\r\ncd', 3)).toBe('ab');
    expect(cutEnd('abe\u0301f', 3)).toBe('ab');
    expect(cutEnd('a👩‍👩‍👧‍👦b', 5)).toBe('a');
    expect(cutEnd('🇫🇷🇩🇪🇮🇹', 6)).toBe('🇫🇷');
    expect(cutEnd('🇫🇷🇩🇪🇮🇹', 8)).toBe('🇫🇷🇩🇪');
    expect(cutMiddle(`${'x'.repeat(40)}e\u0301y`, 2, 2, () => '…')).toBe('xx…y');
    expect(cutMiddle(`${'x'.repeat(40)}😀`, 2, 1, () => '…')).toBe('xx…');
    expect(cutMiddle(`${'x'.repeat(40)}e\u0301`, 2, 1, () => '…')).toBe('xx…');
  });

  it.each([
    ['🇫🇷🇩🇪🇮🇹', 5, '🇫🇷'],
    ['🇫🇷🇩🇪🇮🇹', 7, '🇫🇷'],
    [`${'🇫🇷'.repeat(40)}x`, 130, '🇫🇷'.repeat(32)],
    [`${'🇫🇷'.repeat(40)}x`, 131, '🇫🇷'.repeat(32)],
    [`x${'🇫🇷'.repeat(40)}`, 131, `x${'🇫🇷'.repeat(32)}`],
    ['\u{1f1e5}🇫'.repeat(40), 128, '\u{1f1e5}🇫'.repeat(32)],
    ['é\u0300b', 1, ''],
    ['👩\u200d👩\u200d👧b', 3, ''],
    ['👩\u200d👩\u200d👧b', 8, '👩\u200d👩\u200d👧'],
    ['ab', 0, ''],
    ['ab', 1, 'a'],
    ['ab', 2, 'ab'],
    ['ab', 3, 'ab'],
    ['a\r\nb', 2, 'a'],
    ['a\nb', 2, 'a\n'],
    ['xé\u0300b', 2, 'x'],
    ['xé\u02ffb', 2, 'xé'],
    [`xe${'\u0301'.repeat(80)}`, 64, 'x'],
    // A character of more than 64 code units may be split.
    [`xe${'\u0301'.repeat(80)}`, 65, `xe${'\u0301'.repeat(63)}`],
  ])('of %j to %i code units is %j', (text, length, start) => {
    expect(cutEnd(text, length)).toBe(start);
  });

  it.each([
    [63, ''],
    [64, '\u0301'.repeat(64)],
  ])(
    'before %i combining characters ends after them, if they have fewer than 64 code units',
    (marks, rest) => {
      const text = `${'x'.repeat(300)}e${'\u0301'.repeat(marks)}y`;
      expect(cutMiddle(text, 2, marks + 1, () => '…')).toBe(`xx…${rest}y`);
    },
  );

  it('does not begin within the first character', () => {
    expect(cutMiddle('e\u0301abc', 0, 4, () => '')).toBe('abc');
    expect(cutMiddle('eabc', 0, 3, () => '')).toBe('abc');
  });

  it('has a default marker with the number of removed characters', () => {
    expect(cutMiddle('x'.repeat(100), 2, 3)).toBe('xx\n[… 95 characters …]\nxxx');
    expect(cutMiddle('x'.repeat(27), 2, 3)).toBe('xx\n[… 22 characters …]\nxxx');
    expect(cutMiddle('x'.repeat(26), 2, 3)).toBe('x'.repeat(26));
  });
});

it('a shortened result of a shell loses the outputs of its commands, which would be sent instead', () => {
  const shell: VendorCallPart = {
    type: 'vendor-call',
    id: 'c1',
    kind: 'shell',
    name: 'shell_call',
    args: { commands: ['cat a'] },
    replay: { family: 'f', data: null },
  };
  const long = 'x'.repeat(9000);
  const output = { outputs: [{ stdout: long, stderr: '' }] };
  const answered = vendorResult(shell, { content: long, output });
  for (const messages of [
    prune([assistant([shell]), answered, user('end')], undefined),
    prune([assistant([shell]), answered], undefined),
    prune([assistant([shell]), vendorResult(shell, { output }), user('end')], undefined),
  ])
    expect(JSON.stringify(messages).length).toBeLessThan(6500);
});
