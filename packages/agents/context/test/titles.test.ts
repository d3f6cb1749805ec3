import { assistant, image, user, type ChatModel } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { summaryMessage } from '../src/compact/summary-message.ts';
import { titleOf } from '../src/index.ts';
import { cleanTitle } from '../src/title/clean-title.ts';
import { firstWords } from '../src/title/first-words.ts';
import { scripted } from './support/compactor-setup.ts';

const talk = [user('How do I mend a flat tire on the way?'), assistant('Take off the wheel.')];

describe('cleanTitle', () => {
  it.each([
    ['"Foo."', 'Foo'],
    ['" Foo "', 'Foo'],
    ['  # " Title: Foo" ', 'Foo'],
    ['Foo...', 'Foo...'],
    ['- Foo', 'Foo'],
    ['---\n***\nFoo', 'Foo'],
    ['Title: "Foo"', 'Foo'],
    ['"Title: Foo"', 'Foo'],
    ['**Title:** „Foo bar“', 'Foo bar'],
    ['# Foo', 'Foo'],
    ['<think>Title: no</think>\nFoo', 'Foo'],
    ['<think\n>no</think>Foo', 'Foo'],
    ['no</think>Foo', 'Foo'],
    ['\n\n  Foo\tbar  \nand more', 'Foo bar'],
    ['🚲 Mending a tire', '🚲 Mending a tire'],
    ['「自転車の修理」', '自転車の修理'],
    ['Use `<think>` in prose', 'Use `<think>` in prose'],
    ['', undefined],
    ['""', undefined],
    ['<think>never ends', undefined],
  ])('converts %j to %j', (answer, title) => {
    expect(cleanTitle(answer)).toBe(title);
  });

  it.each(['""', "''", '``', '“”', '„“', '„”', '‘’', '«»', '»«', '「」', '『』', '**', '__'])(
    'removes %s around the title',
    ([before, after]) => {
      expect(cleanTitle(`${before}Foo${after}`)).toBe('Foo');
    },
  );

  it.each([
    ['x'.repeat(80), 'x'.repeat(80)],
    ['x'.repeat(81), `${'x'.repeat(79)}…`],
    [`${'x'.repeat(40)} ${'y'.repeat(60)}`, `${'x'.repeat(40)} ${'y'.repeat(38)}…`],
    [`${'x'.repeat(41)} ${'y'.repeat(60)}`, `${'x'.repeat(41)}…`],
    [`${'x'.repeat(75)}, – ${'y'.repeat(60)}`, `${'x'.repeat(75)}…`],
  ])('cuts a title to 80 characters: %j becomes %j', (text, title) => {
    expect(cleanTitle(text)).toBe(title);
  });

  it('cuts after a complete word, or after a complete character', () => {
    expect(cleanTitle('word '.repeat(40))).toBe(`${'word '.repeat(15).trim()}…`);
    const families = cleanTitle('👩‍👩‍👧‍👦'.repeat(20)) ?? '';
    expect(families.length).toBeLessThanOrEqual(80);
    expect(families.replaceAll('👩‍👩‍👧‍👦', '')).toBe('…');
  });
});

describe('a title', () => {
  it('is the answer of the model to one call without tools', async () => {
    const { model, requests } = scripted('Mending a flat tire');
    expect(await titleOf(model, talk)).toBe('Mending a flat tire');
    expect(requests[0]?.request).toMatchObject({ tools: [], messages: [{ role: 'user' }] });
  });

  it('is requested with the first 500 characters of the first question and answer', async () => {
    const { model, prompts, requests } = scripted('T');
    await titleOf(model, [
      summaryMessage('earlier'),
      assistant([{ type: 'tool-call', id: 'c', name: 'look', args: {} }]),
      user(` ${'q'.repeat(501)}`, image(new Uint8Array([1]), 'image/png')),
      assistant('a'.repeat(501)),
      user('more'),
      assistant('less'),
    ]);
    expect(prompts()).toEqual([
      `Give this conversation a title of three to seven words, in its own language. Answer with the title alone.\n\n<user>\n${'q'.repeat(500)}\n</user>\n<assistant>\n${'a'.repeat(500)}\n</assistant>`,
    ]);
    expect(requests[0]?.request.maxTokens).toBe(500);
  });

  it.each(['is missing', 'fails', 'returns no text', 'throws', 'is aborted', 'hangs'])(
    'consists of the first words if the model %s',
    async (failure) => {
      const throwing: ChatModel = {
        ...scripted('x').model,
        generate: () => {
          throw new Error('bug');
        },
      };
      const models: Record<string, ChatModel | undefined> = {
        fails: scripted({ fail: 'server' }).model,
        'returns no text': scripted({ text: '<think>hm</think>' }).model,
        throws: throwing,
        'is aborted': scripted({ hang: true }).model,
        hangs: { ...throwing, generate: () => new Promise(() => undefined) },
      };
      const signal = failure === 'is aborted' ? AbortSignal.abort() : undefined;
      const title = await titleOf(models[failure], talk, {
        signal,
        timeoutMs: failure === 'hangs' ? 10 : 5000,
      });
      expect(title).toBe('How do I mend a flat tire');
    },
  );

  it('is not requested after the time limit or an abort by the caller', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const model: ChatModel = {
      ...scripted('x').model,
      generate: (_request, options) => {
        signals.push(options?.signal);
        return new Promise(() => undefined);
      },
    };
    const caller = new AbortController();
    const running = titleOf(model, talk, { signal: caller.signal });
    await expect.poll(() => signals.length).toBe(1);
    expect(signals[0]?.aborted).toBe(false);
    caller.abort();
    expect(await running).toBe('How do I mend a flat tire');
    expect(signals[0]?.aborted).toBe(true);
  });

  it.each([
    [Infinity, 'A flat tire'],
    [5000.5, 'A flat tire'],
    [-1, 'How do I mend a flat tire'],
    [Number.NaN, 'How do I mend a flat tire'],
  ])('exists with the time limit %d', async (timeoutMs, title) => {
    expect(await titleOf(scripted('A flat tire').model, talk, { timeoutMs })).toBe(title);
  });

  it('joins the text of the first question', async () => {
    expect(await titleOf(undefined, [user('How', image(new Uint8Array([1])), 'high?')])).toBe('How high');
  });

  it('is undefined for a conversation without words', async () => {
    expect(await titleOf(undefined, [])).toBeUndefined();
    expect(await titleOf(scripted('x').model, [user(' ')])).toBeUndefined();
  });

  it('contains no secrets, and neither does the prompt', async () => {
    const key = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
    const { model, prompts } = scripted(`Key ${key}`);
    expect(await titleOf(model, [user(`${'x'.repeat(490)} ${key}`)])).toBe('Key [redacted]');
    expect(prompts()[0]).not.toContain('ghp_');
    expect(await titleOf(undefined, [user(`my ${key} is lost`)])).toBe('my [redacted] is lost');
  });

  it('is undefined if the redactor fails', async () => {
    const redactor = {
      text: () => {
        throw new Error('bug');
      },
    } as never;
    expect(await titleOf(undefined, talk, { redactor })).toBeUndefined();
  });
});

it.each([
  ['Fix the bug in the parser, please. It is urgent.', 'Fix the bug in the parser, please'],
  ['\n\nhello', 'hello'],
  [
    '请帮我写一封关于项目延期的邮件给客户并说明原因和新的时间表谢谢',
    '请帮我写一封关于项目延期的邮件给客户并说明原因和',
  ],
  ['...', undefined],
  ['---\nhello\tthere', 'hello there'],
  ['one two three four five six seven eight', 'one two three four five six seven'],
  ['a'.repeat(30), 'a'.repeat(24)],
  [`${'a'.repeat(50)} ${'b'.repeat(20)}`, `${'a'.repeat(50)} ${'b'.repeat(9)}`],
])('the first words of %j are %j', (text, title) => {
  expect(firstWords(text)).toBe(title);
});
