import type { FilePart, ImagePart } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { imageOf, mediaPart, parseWithMedia, urlPart, type Media } from './media.ts';

const PNG = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const OTHER = new Uint8Array([1, 2]);
const media: Media = { byUrl: (url) => ({ type: 'image', mediaType: url, bytes: OTHER }) };

describe('a part', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['image/png', OTHER, 'image', 'image/png'],
    ['IMAGE/JPG', OTHER, 'image', 'image/jpeg'],
    ['image/svg+xml', OTHER, 'image', 'image/svg+xml'],
    ['application/pdf', OTHER, 'file', 'application/pdf'],
    ['text/plain', PNG, 'file', 'text/plain'],
    ['png', PNG, 'image', 'image/png'],
    ['', PNG, 'image', 'image/png'],
    ['', OTHER, 'file', 'application/octet-stream'],
    ['a/b/c', OTHER, 'file', 'application/octet-stream'],
  ])('with the media type "%s" has its type, or that of its bytes', (mediaType, bytes, type, expected) => {
    expect(mediaPart(base64(bytes), mediaType, 'at')).toEqual({ type, mediaType: expected, bytes });
  });

  it('that is a file may have a name', () => {
    expect(mediaPart(base64(OTHER), 'text/plain', 'at', 'a.txt')).toEqual({
      type: 'file',
      mediaType: 'text/plain',
      bytes: OTHER,
      name: 'a.txt',
    });
    expect(mediaPart(base64(OTHER), 'image/png', 'at', 'a.png')).not.toHaveProperty('name');
  });

  it('of invalid base64 is refused', () => {
    expect(() => mediaPart('%', 'image/png', 'at')).toThrow('at is not valid base64');
  });

  it('that is not an image is refused where an image is expected', () => {
    const image: ImagePart = { type: 'image', mediaType: 'image/png', bytes: PNG };
    expect(imageOf(image, 'at')).toBe(image);
    const pdf: FilePart = { type: 'file', mediaType: 'application/pdf', bytes: OTHER };
    expect(() => imageOf(pdf, 'at')).toThrow('at must be an image, not application/pdf');
  });
});

describe('a URL', () => {
  it.each([
    [`data:image/png;base64,${base64(OTHER)}`, { type: 'image', mediaType: 'image/png', bytes: OTHER }],
    [`DATA:image/png;BASE64,${base64(OTHER)}`, { type: 'image', mediaType: 'image/png', bytes: OTHER }],
    [
      `data:text/plain;charset=utf-8;base64,${base64(OTHER)}`,
      { type: 'file', mediaType: 'text/plain', bytes: OTHER, name: 'a' },
    ],
    [
      `data:;base64,${base64(OTHER)}`,
      { type: 'file', mediaType: 'application/octet-stream', bytes: OTHER, name: 'a' },
    ],
    ['https://a.test/b', { type: 'image', mediaType: 'https://a.test/b', bytes: OTHER }],
  ])('%s is a part', (url, expected) => {
    expect(urlPart(url, 'at', media, 'a')).toEqual(expected);
  });

  it.each(['data:image/png,AQI=', 'data:image/png;base64', 'data:;base64;x,AQI='])('%s is refused', (url) => {
    expect(() => urlPart(url, 'at', media)).toThrow('at must be a data URL in base64');
  });
});

describe('media of URLs', () => {
  const { signal } = new AbortController();
  const parse =
    (...urls: readonly string[]) =>
    (source: Media): readonly unknown[] =>
      urls.map((url, index) => urlPart(url, `at[${index}]`, source));

  it('are fetched once, with the signal', async () => {
    const fetched: unknown[] = [];
    const fetchMedia = (url: string, options: object): Promise<ImagePart> => {
      fetched.push([url, options]);
      return Promise.resolve({ type: 'image', mediaType: url, bytes: OTHER });
    };
    const urls = ['https://a.test', 'https://b.test', 'https://a.test'];
    const parts = await parseWithMedia(parse(...urls), fetchMedia, signal);
    expect(parts).toEqual(urls.map((mediaType) => ({ type: 'image', mediaType, bytes: OTHER })));
    expect(fetched).toEqual([
      ['https://a.test', { signal }],
      ['https://b.test', { signal }],
    ]);
  });

  it('are refused with their path without a function that fetches them', async () => {
    await expect(parseWithMedia(parse('https://a.test'), undefined, signal)).rejects.toMatchObject({
      path: 'at[0]',
      message: 'at[0] must be a data URL, because this gateway does not fetch media',
    });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('secret'))],
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
  ])('are refused with their path if the function %s', async (_, fetchMedia) => {
    const urls = [`data:image/png;base64,${base64(OTHER)}`, 'https://a.test'];
    await expect(parseWithMedia(parse(...urls), fetchMedia, signal)).rejects.toMatchObject({
      kind: 'invalid-request',
      path: 'at[1]',
      message: 'at[1]: the URL could not be fetched; send the data',
    });
  });

  it('are parsed once without URLs', async () => {
    let count = 0;
    const result = await parseWithMedia(
      () => ++count,
      () => Promise.reject(new Error('not called')),
      signal,
    );
    expect([result, count]).toEqual([1, 1]);
  });
});
