import { imageTokens } from '@majordomo/catalog/tokens';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { estimateTokens } from '../src/index.ts';
import { put, resolved, useFolders } from './support/references.ts';

useFolders();

describe('the budget', () => {
  it('cuts a file that exceeds it with a note, and omits the next one', async () => {
    await put('a.txt', 'some words '.repeat(5000));
    await put('b.txt', 'more');
    const { texts, warnings } = await resolved('@file:a.txt @file:b.txt', { maxTokens: 500 });
    expect(estimateTokens(texts[1] ?? '')).toBeLessThanOrEqual(500);
    expect(texts[1]).toMatch(/\[… \d+ of 55000 characters were left out …\]\n<\/file>$/);
    expect(warnings).toEqual([
      '@file:a.txt: cut, because references may have at most 500 tokens',
      '@file:b.txt: too few tokens of the budget are left',
    ]);
  });
});

describe('an address', () => {
  const bytes = new TextEncoder().encode('Hello.');

  it('is fetched by the function of the application, as text, an image or a file', async () => {
    const fetch = (url: string) =>
      Promise.resolve({ bytes, mediaType: url.slice('https://a.example/'.length) });
    const { texts } = await resolved(
      '@url:https://a.example/text/plain @url:https://a.example/image/png @url:https://a.example/application/pdf',
      { fetch, maxTokens: 10_000 },
    );
    expect(texts.slice(1)).toEqual([
      '<page url="https://a.example/text/plain">\nHello.\n</page>',
      'image',
      'file',
    ]);
  });

  it.each(['http://127.0.0.1:1/', 'http://169.254.169.254/latest', 'file:///etc/passwd', 'nonsense'])(
    'that is not public (%s) is not fetched',
    async (url) => {
      const { texts, warnings } = await resolved(`@url:${url}`);
      expect(texts).toHaveLength(1);
      expect(warnings[0]).toMatch(/not fetched|cannot fetch|not public/);
    },
  );

  it('that cannot be fetched causes a warning, and one that hangs ends with the signal', async () => {
    const fails = () => Promise.reject(new Error('offline'));
    expect((await resolved('@url:https://a.example', { fetch: fails })).warnings).toEqual([
      '@url:https://a.example: offline',
    ]);
    const hangs = () => new Promise<never>(() => undefined);
    const running = resolved('@url:https://a.example', { fetch: hangs, signal: AbortSignal.timeout(10) });
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
  });
});

it('fetches each kind of content', async () => {
  const types = [
    'text/html; charset=utf-8',
    'application/json',
    'application/xml;a=b',
    'application/ld+json',
    'application/jsonp',
    'image/png',
    'application/pdf',
  ];
  const bytes = new TextEncoder().encode('{}');
  const fetch = (url: string) => Promise.resolve({ bytes, mediaType: types[Number(url)] ?? '' });
  const text = types.map((_, at) => `@url:${at}`).join(' ');
  const { parts, warnings } = await resolved(text, { fetch, maxTokens: 100_000 });
  const page = (at: number) => ({ type: 'text', text: `<page url="${at}">\n{}\n</page>` });
  const file = (mediaType: string) => ({ type: 'file', mediaType, bytes });
  expect(parts).toEqual([
    { type: 'text', text },
    ...[0, 1, 2, 3].map(page),
    file('application/jsonp'),
    { type: 'image', mediaType: 'image/png', bytes },
    file('application/pdf'),
  ]);
  expect(warnings).toEqual([]);
});

it.each([
  ['application/pdf', 24 * 100, 100],
  ['application/pdf', 24 * 99 + 1, 100],
  ['image/x', 10, 1600],
])('content of the type %s with %i bytes needs %i tokens', async (mediaType, length, tokens) => {
  const fetch = () => Promise.resolve({ bytes: new Uint8Array(length), mediaType });
  const exact = mediaType === 'image/x' ? imageTokens(new Uint8Array(length)) : tokens;
  const within = await resolved('@url:a', { fetch, maxTokens: exact });
  expect([within.parts.length, within.warnings]).toEqual([2, []]);
  const beyond = await resolved('@url:a @url:b', { fetch, maxTokens: 2 * exact - 1 });
  expect([beyond.parts.length, beyond.warnings]).toEqual([
    2,
    ['@url:b: too few tokens of the budget are left'],
  ]);
});

it('a text needs its tokens and 30 more', async () => {
  const content = 'some words '.repeat(20).trim();
  await put('a.txt', content);
  await put('b.txt', content);
  const size = estimateTokens(content) + 30;
  const complete = await resolved('@file:a.txt @file:b.txt', { maxTokens: 2 * size });
  expect([complete.texts[2], complete.warnings]).toEqual([`<file path="b.txt">\n${content}\n</file>`, []]);
  const cut = await resolved('@file:a.txt @file:b.txt', { maxTokens: 2 * size - 1 });
  expect(cut.warnings).toEqual([
    `@file:b.txt: cut, because references may have at most ${2 * size - 1} tokens`,
  ]);
  const [, beginning = '', omittedCount = ''] =
    /\n(some.*)\n\[… (\d+) of 219 characters/.exec(cut.texts[2] ?? '') ?? [];
  expect(estimateTokens(beginning)).toBeLessThanOrEqual(size - 31);
  expect(estimateTokens(content.slice(0, beginning.length + 1))).toBeGreaterThan(size - 31);
  expect(Number(omittedCount)).toBe(219 - beginning.length);
  const none = await resolved('@file:a.txt', { maxTokens: 30 });
  expect(none.warnings).toEqual(['@file:a.txt: too few tokens of the budget are left']);
  const one = await resolved('@file:a.txt', { maxTokens: 31 });
  expect(one.texts[1]).toBe('<file path="a.txt">\nsome \n[… 214 of 219 characters were left out …]\n</file>');
});

describe('without the option fetch', () => {
  afterEach(() => {
    vi.doUnmock('@majordomo/media');
  });

  it('fetches at most 5 MiB with the media package', async () => {
    const calls: unknown[] = [];
    const fetchMedia = (...args: readonly unknown[]) => {
      calls.push(args);
      return Promise.resolve({ bytes: new TextEncoder().encode('hi'), mediaType: 'text/plain' });
    };
    vi.doMock('@majordomo/media', () => ({ fetchMedia }));
    const { signal } = new AbortController();
    const { texts } = await resolved('@url:https://a.example', { signal });
    expect(texts[1]).toBe('<page url="https://a.example">\nhi\n</page>');
    expect(calls).toEqual([['https://a.example', { signal, maxBytes: 5_242_880 }]]);
  });

  it('names the package that is missing', async () => {
    vi.doMock('@majordomo/media', () => {
      throw new Error('not found');
    });
    const { warnings } = await resolved('@url:https://a.example');
    expect(warnings).toEqual([
      '@url:https://a.example: @url: requires @majordomo/media; npm install @majordomo/media, or pass the option `fetch`',
    ]);
  });
});
