import { describe, expect, it } from 'vitest';
import { imageSize } from './image-size.ts';
import { imageTokens } from './image.ts';

/** Returns bytes from hexadecimal digits, with spaces between groups. */
const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
const digitsOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
/** Returns a 16-bit number as hexadecimal digits. */
const pair = (value: number): string => value.toString(16).padStart(4, '0');

const png = (width: number, height: number): Uint8Array =>
  hex(`89504e470d0a1a0a 0000000d 49484452 0000${pair(width)} 0000${pair(height)}`);
const webp = (form: string, rest: string): Uint8Array =>
  hex(`${digitsOf('RIFF')} 00000000 ${digitsOf(`WEBP${form}`)} 00000000 ${rest}`);

describe('the size of an image in its header', () => {
  it.each<readonly [string, Uint8Array, number, number]>([
    ['PNG', png(640, 480), 640, 480],
    ['GIF', hex(`${digitsOf('GIF89a')} 8002 e001`), 640, 480],
    [
      'JPEG after other segments and padding',
      hex(`ffd8 ffe000040102 ffffc40002 ffc2001108${pair(480)}${pair(640)}`),
      640,
      480,
    ],
    ['WebP, extended', webp('VP8X', '00000000 7f0200 df0100'), 640, 480],
    ['WebP, lossy', webp('VP8 ', '000000 9d012a 8002 e001'), 640, 480],
    ['WebP, lossless', webp('VP8L', '2f 7fc27700'), 640, 480],
  ])('%s', (_what, header, width, height) => {
    expect(imageSize(header)).toEqual({ width, height });
    const within = new Uint8Array([9, 9, ...header]).subarray(2);
    expect(imageSize(within)).toEqual({ width, height });
  });

  it('is undefined for truncated, other and empty data', () => {
    const completeHeaders = [png(640, 480), webp('VP8X', '00000000 7f0200 df0100')];
    for (const header of completeHeaders)
      for (let length = 0; length < header.length; length++)
        expect(imageSize(header.subarray(0, length))).toBeUndefined();
    expect(imageSize(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined();
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
    expect(imageTokens(hex('010203'), 'gpt-4o')).toBe(765);
    expect(imageTokens(hex('010203'))).toBe(1600);
  });
});
