import { describe, expect, test } from 'vitest';
import { inspectImage } from './inspect-image.ts';

const hex = (...parts: readonly string[]): Uint8Array =>
  new Uint8Array(Buffer.from(parts.join('').replaceAll(' ', ''), 'hex'));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const ascii = (value: string): string => Buffer.from(value).toString('hex');

const PNG = '89504e470d0a1a0a';
const chunk = (type: string, data = ''): string =>
  `${(data.length / 2).toString(16).padStart(8, '0')}${ascii(type)}${data}00000000`;
const ihdr = chunk('IHDR', '0000012c 000000c8 08 02 00 00 00'.replaceAll(' ', ''));

describe('inspectImage reads', () => {
  test.each([
    [
      'a PNG',
      hex(PNG, ihdr, chunk('IEND')),
      { mediaType: 'image/png', width: 300, height: 200, animated: false, complete: true },
    ],
    ['an animated PNG', hex(PNG, ihdr, chunk('acTL'), chunk('IEND')), { animated: true }],
    ['a truncated PNG', hex(PNG, ihdr, chunk('IDAT', '0011')), { width: 300, complete: false }],
    [
      'a JPEG with data after its end',
      hex('ffd8 ffe0 0004 0000 ffc2 000b 08 00c8 012c 01 011100 ffda 0002 aabb ffd9 0000'),
      { width: 300, height: 200, complete: true },
    ],
    [
      'a JPEG whose only end is in a thumbnail',
      hex('ffd8 ffe1 0004 ffd9 ffc0 000b 08 00c8 012c 01 011100 ffda 0002 aabb'),
      { width: 300, complete: false },
    ],
    [
      'a GIF whose frames are larger than its screen, with the size that decoders return',
      hex(
        `${ascii('GIF89a')} 0100 0100 00 00 00 2c 0000 0000 0a00 c800 00 02 02 4c01 00`,
        '2c 2200 0000 0a01 0100 00 02 02 4c01 00 3b',
      ),
      { width: 300, height: 200, animated: true, complete: true, decodeBytes: 4 * 300 * 200 },
    ],
    [
      'a lossy WebP',
      hex(ascii('RIFF'), '16000000', ascii('WEBPVP8 '), '0a000000 000000 9d012a 2c01 c800'),
      { width: 300, height: 200, complete: true },
    ],
    [
      'a lossless WebP',
      hex(ascii('RIFF'), '11000000', ascii('WEBPVP8L'), '05000000 2f 2bc13100'),
      { width: 300, height: 200 },
    ],
    [
      'an animated WebP',
      hex(ascii('RIFF'), '16000000', ascii('WEBPVP8X'), '0a000000 02000000 2b0100 c70000'),
      { width: 300, height: 200, animated: true },
    ],
    [
      'a truncated WebP',
      hex(ascii('RIFF'), 'ff000000', ascii('WEBPVP8 '), '0a000000 000000 9d012a 2c01 c800'),
      { complete: false },
    ],
    [
      'a GIF',
      hex(ascii('GIF89a'), '2c01 c800 00 00 00 2c 00000000 2c01c800 00 02 01 44 00 3b'),
      { width: 300, height: 200, animated: false, complete: true },
    ],
    [
      'a GIF of two frames',
      hex(ascii('GIF89a'), '2c01 c800 00 00 00', '2c 00000000 2c01c800 00 02 01 44 00'.repeat(2)),
      { animated: true },
    ],
    [
      'a truncated GIF',
      hex(ascii('GIF89a'), '2c01 c800 00 00 00 2c 00000000 2c01c800 00 02 09 44'),
      { complete: false },
    ],
    [
      'a TIFF without a size, because TIFFs are not parsed',
      hex('49492a00'),
      { mediaType: 'image/tiff', width: undefined, complete: true },
    ],
  ])('%s', (_, bytes, facts) => {
    expect(inspectImage(bytes)).toMatchObject(facts);
  });

  test.each([
    [
      'a PNG with a width of 0',
      hex(PNG, chunk('IHDR', '00000000 000000c8 08 02 00 00 00'.replaceAll(' ', ''))),
    ],
    ['a JPEG without a frame', hex('ffd8 ffe0 0004 0000 ffda 0002 ffd9')],
    ['a PNG with a signature only', hex(PNG)],
    ['a WebP with an unknown chunk', text('RIFF    WEBPXXXX')],
    ['a PDF', text('%PDF-1.7')],
  ])('returns undefined for %s', (_, bytes) => {
    expect(inspectImage(bytes)).toBeUndefined();
  });

  test.each([0, 1, 8, 15])('ends at a box with the 64-bit size %i', (size) => {
    const avif = hex(
      ...['00000014', ascii('ftypavif'), '00000000', ascii('avif')],
      ...['00000001', ascii('free'), size.toString(16).padStart(16, '0'), '00000014'],
      ...[ascii('ispe'), '00000000', '0000000a', '0000000a'],
    );
    expect(inspectImage(avif)).toMatchObject({ width: 10, height: 10, complete: false });
  });

  test('does not report a truncated PNG as complete', () => {
    const complete = hex(PNG, ihdr, chunk('IEND'));
    for (let length = 0; length < complete.length; length++) {
      expect(inspectImage(complete.slice(0, length))?.complete ?? false).toBe(false);
    }
  });
});
