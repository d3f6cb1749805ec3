import { describe, expect, it } from 'vitest';
import { imageSize } from './image-size.ts';
import { imageTokens } from './image.ts';

const bytes = (...numbers: readonly number[]): Uint8Array => new Uint8Array(numbers);
const pair = (value: number): readonly [number, number] => [value >> 8, value & 0xff];

const png = (width: number, height: number): Uint8Array =>
  bytes(
    0x89,
    0x50,
    0x4e,
    0x47,
    13,
    10,
    26,
    10,
    0,
    0,
    0,
    13,
    0x49,
    0x48,
    0x44,
    0x52,
    0,
    0,
    ...pair(width),
    0,
    0,
    ...pair(height),
  );

const ascii = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0));
const webp = (form: string, ...rest: readonly number[]): Uint8Array =>
  bytes(...ascii('RIFF'), 0, 0, 0, 0, ...ascii(`WEBP${form}`), 0, 0, 0, 0, ...rest);

describe('the size of an image in its header', () => {
  it.each<readonly [string, Uint8Array, number, number]>([
    ['PNG', png(640, 480), 640, 480],
    ['GIF', bytes(...ascii('GIF89a'), 0x80, 0x02, 0xe0, 0x01), 640, 480],
    [
      'JPEG after other segments and padding',
      bytes(
        0xff,
        0xd8,
        0xff,
        0xe0,
        0,
        4,
        1,
        2,
        0xff,
        0xff,
        0xc4,
        0,
        2,
        0xff,
        0xc2,
        0,
        17,
        8,
        ...pair(480),
        ...pair(640),
      ),
      640,
      480,
    ],
    ['WebP, extended', webp('VP8X', 0, 0, 0, 0, 0x7f, 2, 0, 0xdf, 1, 0), 640, 480],
    ['WebP, lossy', webp('VP8 ', 0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01), 640, 480],
    ['WebP, lossless', webp('VP8L', 0x2f, 0x7f, 0xc2, 0x77, 0), 640, 480],
  ])('%s', (_what, header, width, height) => {
    expect(imageSize(header)).toEqual({ width, height });
    const within = new Uint8Array([9, 9, ...header]).subarray(2);
    expect(imageSize(within)).toEqual({ width, height });
  });

  it('is undefined for truncated, other and empty data', () => {
    const completeHeaders = [png(640, 480), webp('VP8X', 0, 0, 0, 0, 0x7f, 2, 0, 0xdf, 1, 0)];
    for (const header of completeHeaders)
      for (let length = 0; length < header.length; length++)
        expect(imageSize(header.subarray(0, length))).toBeUndefined();
    expect(imageSize(bytes(...ascii('<svg xmlns="http://www.w3.org/2000/svg"/>')))).toBeUndefined();
    expect(imageSize(png(0, 480))).toBeUndefined();
  });
});

describe('the tokens of an image by the vendor rule', () => {
  it.each([
    // width × height / 750
    ['claude-sonnet-4-5', 750, 100, 100],
    ['claude-sonnet-4-5', 4000, 3000, 1640],
    ['claude-opus-4-8', 2000, 1500, 4000],
    // 85 for an image, 170 for each tile
    ['gpt-4o', 512, 512, 255],
    ['gpt-4o', 2048, 4096, 1105],
    // patches of 32 pixels
    ['gpt-4.1-mini', 1024, 1024, 1659],
    ['gpt-5.4', 32, 32, 2],
    // 258 for a small one and for each crop
    ['gemini-2.5-pro', 384, 384, 258],
    ['gemini-2.5-pro', 960, 540, 1548],
    ['gemini-3-pro-preview', 960, 540, 1120],
    ['unknown/model', 960, 540, 1600],
  ])('%s, %i × %i: %i', (model, width, height, tokens) => {
    expect(imageTokens(png(width, height), model)).toBe(tokens);
  });

  it('are those of a large image if the size is unknown', () => {
    expect(imageTokens(bytes(1, 2, 3), 'gpt-4o')).toBe(765);
    expect(imageTokens(bytes(1, 2, 3))).toBe(1600);
  });
});
