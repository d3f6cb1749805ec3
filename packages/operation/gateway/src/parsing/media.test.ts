import type { FilePart, ImagePart } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { imageOf, mediaPart, urlPart, type Media } from './media.ts';

const PNG = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const OTHER = new Uint8Array([1, 2]);
const media: Media = {
  byFile: () => expect.unreachable(),
  byUrl: (url) => ({ type: 'image', mediaType: url, bytes: OTHER }),
};

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
