import { file, type ImageLimits, type ImagePart } from '@majordomo/core';
import sharp from 'sharp';
import { failureOf } from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import { createMediaFitter, inspectImage } from '../src/index.ts';
import { animation, bytesOf, limits, notAborted, part, photo, spiedSharp } from './pictures.ts';
import { pages, PdfWriter } from './pdfs.ts';

const fitter = createMediaFitter();
const jpeg = await bytesOf(photo(120, 80).jpeg());
const png = await bytesOf(photo(120, 80).png());

/** Fits an image to the limits of a chat wire with these changes. */
const fit = (original: ImagePart, more?: Partial<ImageLimits>, by = fitter): Promise<ImagePart> =>
  by.fit(original, limits(more), notAborted);

describe('a fitting image', () => {
  test('is returned as the same part, without sharp', async () => {
    const spied = spiedSharp();
    const original = part(jpeg, 'image/jpeg');
    expect(await fit(original, { maxEdge: 120 }, createMediaFitter({ sharp: spied.sharp }))).toBe(original);
    expect(spied.opened).toEqual([]);
  });

  test('receives the type of its bytes, and keeps its bytes object', async () => {
    const original = part(png, 'image/jpeg');
    const fitted = await fit(original);
    expect(fitted).toEqual({ type: 'image', mediaType: 'image/png', bytes: original.bytes });
    expect(fitted.bytes).toBe(original.bytes);
    expect(original.mediaType).toBe('image/jpeg');
  });
});

describe('an image with too many pixels', () => {
  test.each([
    [600, 300, 200, 200, 100],
    [300, 600, 200, 100, 200],
    [201, 7, 200, 200, 7],
  ])(
    'of %i x %i with a maxEdge of %i is scaled to %i x %i',
    async (width, height, maxEdge, toWidth, toHeight) => {
      const original = part(await bytesOf(photo(width, height).jpeg()), 'image/jpeg');
      const fitted = await fit(original, { maxEdge });
      expect(inspectImage(fitted.bytes)).toMatchObject({ mediaType: 'image/jpeg', width: toWidth });
      expect(Math.abs((inspectImage(fitted.bytes)?.height ?? 0) - toHeight)).toBeLessThanOrEqual(1);
    },
  );

  test('is rotated according to EXIF before it is measured', async () => {
    const rotated = await bytesOf(photo(600, 300).withMetadata({ orientation: 6 }).jpeg());
    const fitted = await fit(part(rotated), { maxEdge: 200 });
    expect(inspectImage(fitted.bytes)).toMatchObject({ width: 100, height: 200 });
  });

  test.each([
    ['gif', 17_000, ['image/webp'], 16_383],
    ['png', 17_000, ['image/webp'], 16_383],
    ['png', 66_000, ['image/jpeg'], 65_500],
    ['png', 17_000, ['image/png', 'image/webp'], 16_383],
  ] as const)(
    'is scaled to the maximum of the output format: a %s of %i pixels for %j',
    async (format, width, mediaTypes, expected) => {
      const original = await bytesOf(photo(width, 8)[format]());
      const maxBytes = Math.floor(original.length * 0.9);
      const fitted = await fit(part(original), { mediaTypes, maxBytes });
      const last = mediaTypes.at(-1);
      expect(inspectImage(fitted.bytes)).toMatchObject({ mediaType: last, width: expected });
    },
  );

  test('keeps an allowed format', async () => {
    for (const format of ['png', 'webp'] as const) {
      const fitted = await fit(part(await bytesOf(photo(60, 60)[format]())), { maxEdge: 30 });
      expect(fitted.mediaType).toBe(`image/${format}`);
    }
  });

  test.each([['tiff'], ['avif']] as const)('is converted to JPEG if it is a %s', async (format) => {
    const original = part(await bytesOf(photo(64, 48)[format]()));
    const fitted = await fit(original, { maxEdge: 32 });
    expect(inspectImage(fitted.bytes)).toMatchObject({ mediaType: 'image/jpeg', width: 32, height: 24 });
  });
});

describe('a type that is not allowed', () => {
  test.each([
    [['image/jpeg'], 'image/jpeg'],
    [['image/png', 'image/jpeg'], 'image/jpeg'],
    [['image/png'], 'image/png'],
    [['image/webp'], 'image/webp'],
  ])('is converted: a GIF for %j to %s', async (mediaTypes, expected) => {
    const gif = await bytesOf(photo(40, 30).gif());
    expect((await fit(part(gif), { mediaTypes })).mediaType).toBe(expected);
  });

  test('replaces transparency with white in a JPEG', async () => {
    const clear = sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    });
    const original = part(await bytesOf(clear.png()));
    const fitted = await fit(original, { mediaTypes: ['image/jpeg'] });
    const { data } = await sharp(fitted.bytes).raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });

  test('converts gray with transparency, 16 bits and CMYK to JPEG', async () => {
    const unusualImages = [
      photo(30, 20, 4).toColourspace('b-w').png(),
      photo(30, 20).toColourspace('rgb16').png(),
      photo(30, 20).toColourspace('cmyk').jpeg(),
    ];
    for (const pipeline of unusualImages) {
      const fitted = await fit(part(await bytesOf(pipeline)), { mediaTypes: ['image/jpeg'], maxEdge: 16 });
      expect(await sharp(fitted.bytes).metadata()).toMatchObject({
        format: 'jpeg',
        width: 16,
        depth: 'uchar',
      });
    }
  });

  test('reports a target with other formats only as unsupported', async () => {
    const error = await failureOf(fit(part(jpeg), { mediaTypes: ['image/heic'] }));
    expect(error.kind).toBe('unsupported');
    expect(error.message).toContain('image/heic');
  });
});

describe('the byte limit', () => {
  test.each([60_000, 30_000, 12_000, 4_000, 1_500])(
    'of %i is met with one decoding and at most six encodings',
    async (maxBytes) => {
      const spied = spiedSharp();
      const original = part(await bytesOf(photo(500, 400).jpeg({ quality: 95 })));
      const fitted = await fit(original, { maxBytes }, createMediaFitter({ sharp: spied.sharp }));
      expect(fitted.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(spied.opened).toEqual([original.bytes.length]);
      expect(spied.qualities[0]).toBe(85);
      expect(spied.qualities.length).toBeLessThanOrEqual(6);
    },
  );

  test('converts a JPEG to the encoding of its scaled pixels', async () => {
    const spied = spiedSharp();
    const original = part(await bytesOf(photo(500, 400).jpeg({ quality: 95 })));
    const fitted = await fit(original, { maxEdge: 300 }, createMediaFitter({ sharp: spied.sharp }));
    const pixels = await sharp(original.bytes)
      .resize(300, 300, { fit: 'inside' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const expected = await bytesOf(sharp(pixels.data, { raw: pixels.info }).jpeg({ quality: 85 }));
    expect(Buffer.from(fitted.bytes).equals(expected)).toBe(true);
    expect([spied.opened, spied.qualities]).toEqual([[original.bytes.length], [85]]);
  });

  test('is met for a tiny JPEG of noise', async () => {
    const spied = spiedSharp();
    const noise = Uint8Array.from({ length: 28 * 20 * 3 }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
    const raw = { width: 28, height: 20, channels: 3 } as const;
    const original = part(await bytesOf(sharp(noise, { raw }).jpeg({ quality: 100 })));
    const maxBytes = 28 * 20;
    expect((await bytesOf(sharp(original.bytes).jpeg({ quality: 85 }))).length).toBeGreaterThan(maxBytes);
    const fitted = await fit(original, { maxBytes }, createMediaFitter({ sharp: spied.sharp }));
    expect(fitted.bytes.length).toBeLessThanOrEqual(maxBytes);
    expect(inspectImage(fitted.bytes)).toMatchObject({ width: 28, height: 20 });
    expect(spied.opened.length).toBe(1);
  });

  test('converts a PNG that stays too large to JPEG', async () => {
    const spied = spiedSharp();
    const original = part(await bytesOf(photo(400, 400).png()));
    const fitted = await fit(
      original,
      { maxBytes: 20_000, maxEdge: 300 },
      createMediaFitter({ sharp: spied.sharp }),
    );
    expect(fitted.mediaType).toBe('image/jpeg');
    expect(spied.qualities[0]).toBe('png');
    expect(spied.qualities.length).toBeLessThanOrEqual(6);
  });

  test('reduces the pixels for a target that accepts PNG only', async () => {
    const original = part(await bytesOf(photo(400, 400).png()));
    const fitted = await fit(original, { mediaTypes: ['image/png'], maxBytes: 40_000 });
    expect(fitted.bytes.length).toBeLessThanOrEqual(40_000);
    expect(fitted.mediaType).toBe('image/png');
  });

  test('reports an impossible limit as unsupported, with sizes', async () => {
    const error = await failureOf(fit(part(jpeg), { maxBytes: 20 }));
    expect([error.kind, error.details.code]).toEqual(['unsupported', 'too-large']);
    expect(error.message).toMatch(
      /120x80 pixels and \d+ bytes cannot be encoded within 20 bytes; the smallest encoding has \d+/,
    );
  });
});

describe('special images', () => {
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const heicHeader = new Uint8Array(Buffer.from('000000186674797068656963000000006d69663168656963', 'hex'));

  const bmp = new Uint8Array(64).fill(1).map((byte, at) => [0x42, 0x4d][at] ?? byte);

  test.each([
    ['0 bytes', new Uint8Array(), 'invalid-request', /0 bytes/],
    ['text', new TextEncoder().encode('hello'), 'invalid-request', /not an image of a known format/],
    ['a truncated JPEG', jpeg.slice(0, -200), 'invalid-request', /is truncated/],
    ['a truncated PNG', png.slice(0, -40), 'invalid-request', /is truncated/],
    ['an SVG', svg, 'unsupported', /SVG is not rendered/],
    ['a BMP', bmp, 'unsupported', /cannot decode image\/bmp/],
    ['a HEIC header', heicHeader, 'invalid-request', /not an image/],
  ])('%s is rejected', async (_, bytes, kind, message) => {
    const error = await failureOf(fit(part(bytes), { maxEdge: 50 }));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
  });

  test('rejects a PNG with broken pixels when it is decoded', async () => {
    const broken = png.map((byte, at) => (at > 100 && at < png.length - 30 ? byte ^ 0x55 : byte));
    const error = await failureOf(fit(part(broken), { maxEdge: 50 }));
    expect([error.kind, error.details.code]).toEqual(['invalid-request', 'broken-image']);
  });

  test('reports a JPEG of 12 bits that must be scaled as unsupported', async () => {
    const frame = jpeg.findIndex((byte, at) => byte === 0xff && jpeg[at + 1] === 0xc0);
    const deep = jpeg.with(frame + 4, 12);
    const error = await failureOf(fit(part(deep), { maxEdge: 50 }));
    expect([error.kind, error.details.code]).toEqual(['unsupported', 'not-decodable']);
  });

  test('reports an animated AVIF as unsupported, so that the chain continues', async () => {
    const still = Buffer.from(await bytesOf(photo(64, 48).avif()));
    // Brand of an image sequence, which sharp does not decode.
    still.write('avis', 8, 'latin1');
    expect(inspectImage(still)).toMatchObject({ mediaType: 'image/avif', animated: true, complete: true });
    for (const mediaTypes of [['image/jpeg'], ['image/avif', 'image/png']]) {
      const error = await failureOf(fit(part(still), { mediaTypes }));
      expect([error.kind, error.details.code]).toEqual(['unsupported', 'not-decodable']);
    }
    const original = part(still, 'image/avif');
    const animationFitter = createMediaFitter({ animation: 'keep' });
    expect(await fit(original, { mediaTypes: ['image/avif'] }, animationFitter)).toBe(original);
  });

  test('returns a HEIC unchanged for a target that accepts it', async () => {
    const avif = await bytesOf(photo(64, 48).avif());
    const heicBytes = new Uint8Array(
      Buffer.from(Buffer.from(avif).toString('latin1').replaceAll('avif', 'heic'), 'latin1'),
    );
    const original = part(heicBytes, 'image/heic');
    expect(await fit(original, { mediaTypes: ['image/heic'], maxEdge: 64 })).toBe(original);
  });

  test.each(['gif', 'webp'] as const)(
    'reduces an animated %s to its first frame, or keeps it with the option',
    async (format) => {
      const original = part(await animation(format), `image/${format}`);
      expect(inspectImage(original.bytes)?.animated).toBe(true);
      const still = await fit(original);
      expect(inspectImage(still.bytes)).toMatchObject({ animated: false, width: 20, height: 10 });
      expect(await fit(original, {}, createMediaFitter({ animation: 'keep' }))).toBe(original);
      const mediaTypes = ['image/gif', 'image/heic'];
      if (format === 'gif') expect(await fit(original, { mediaTypes })).toBe(original);
    },
  );
});

describe('warnings', () => {
  const reasonsOf = async (bytes: Uint8Array, more: Partial<ImageLimits>): Promise<string[]> => {
    const reasons: string[] = [];
    await fitter.fit(part(bytes), limits(more), notAborted, ({ action, what, why }) =>
      reasons.push(`${action} ${what}: ${why.replace(/\d+ bytes/g, 'n bytes')}`),
    );
    return reasons;
  };
  const clear = photo(20, 10, 4).png();

  test.each<[string, Promise<Uint8Array>, Partial<ImageLimits>, string[]]>([
    ['report nothing if the image fits', Promise.resolve(png), {}, []],
    [
      'report a changed type',
      bytesOf(photo(40, 30).gif()),
      { mediaTypes: ['image/png'] },
      ['image/gif is not one of the accepted types image/png: encoded again as image/png of n bytes'],
    ],
    [
      'report a lower quality',
      Promise.resolve(jpeg),
      { maxBytes: jpeg.length - 9 },
      [`an image/jpeg has n bytes; the limit is ${jpeg.length - 9}: encoded again as image/jpeg of n bytes`],
    ],
    [
      'report a lower number of pixels',
      Promise.resolve(jpeg),
      { maxBytes: 600 },
      [
        expect.stringMatching(
          /the limit is 600: scaled to \d+x\d+ pixels, encoded again as image\/jpeg/,
        ) as string,
      ],
    ],
    [
      'report a removed animation',
      animation('gif'),
      { maxEdge: 20 },
      [
        'an image/gif is animated: reduced to its first frame, transparency replaced with white, encoded again as image/jpeg of n bytes',
      ],
    ],
    [
      'report removed transparency',
      bytesOf(clear),
      { mediaTypes: ['image/jpeg'] },
      [
        'image/png is not one of the accepted types image/jpeg: transparency replaced with white, encoded again as image/jpeg of n bytes',
      ],
    ],
  ])('%s', async (_, bytes, more, expected) => {
    expect(await reasonsOf(await bytes, more)).toEqual(
      expected.map((why) => (typeof why === 'string' ? `coerced image: ${why}` : why)),
    );
  });

  test('are repeated at each turn, although the image is converted once', async () => {
    const original = part(await bytesOf(photo(90, 60).png()));
    const reasons: string[] = [];
    for (let turn = 0; turn < 2; turn++) {
      await fitter.fit(original, limits({ maxEdge: 30 }), notAborted, ({ why }) => reasons.push(why));
    }
    expect(reasons).toEqual([expect.stringContaining('scaled to 30x20 pixels'), reasons[0]]);
  });
});

describe('pages of a PDF', () => {
  const pageCount = (bytes: Uint8Array): Promise<number | undefined> | undefined =>
    fitter.pages?.(file(bytes, 'application/pdf'), notAborted);

  test('are counted if possible', async () => {
    expect(await pageCount(new PdfWriter().save(pages(7)).bytes())).toBe(7);
    expect(await pageCount(new TextEncoder().encode('%PDF-1.4\n%%EOF'))).toBeUndefined();
    expect(await pageCount(new TextEncoder().encode('not a PDF'))).toBeUndefined();
  });
});

describe('without sharp', () => {
  const fitterWithoutSharp = createMediaFitter({ sharp: false });

  test('returns fitting images with their actual type, also an animation', async () => {
    const original = part(await animation('gif'), 'image/png');
    expect(await fit(original, {}, fitterWithoutSharp)).toEqual({
      ...original,
      mediaType: 'image/gif',
    });
  });

  test('reports other images as unsupported, with the package to install', async () => {
    const error = await failureOf(fit(part(jpeg), { maxEdge: 100 }, fitterWithoutSharp));
    expect(error.kind).toBe('unsupported');
    expect(error.message).toBe(
      'an image/jpeg of 120x80 pixels has an edge above 100; install sharp to convert images',
    );
  });
});

describe('a conversion', () => {
  test('is done once for the same bytes and limits, also for concurrent callers', async () => {
    const spied = spiedSharp();
    const spiedFitter = createMediaFitter({ sharp: spied.sharp });
    const original = part(jpeg);
    const [first, second] = await Promise.all([
      fit(original, { maxEdge: 50 }, spiedFitter),
      fit({ ...original }, { maxEdge: 50 }, spiedFitter),
    ]);
    const third = await fit(original, { maxEdge: 50 }, spiedFitter);
    expect(spied.opened.length).toBe(1);
    expect(second.bytes).toBe(first.bytes);
    expect(third.bytes).toBe(first.bytes);
  });

  test('starts from the original for each target', async () => {
    const spied = spiedSharp();
    const spiedFitter = createMediaFitter({ sharp: spied.sharp });
    const original = part(jpeg);
    const [small, large] = [
      await fit(original, { maxEdge: 30 }, spiedFitter),
      await fit(original, { maxEdge: 60 }, spiedFitter),
    ];
    expect(spied.opened).toEqual([jpeg.length, jpeg.length]);
    expect([inspectImage(small.bytes)?.width, inspectImage(large.bytes)?.width]).toEqual([30, 60]);
    expect(original.bytes).toEqual(jpeg);
  });

  test('rejects immediately on abort, and can start again', async () => {
    const original = part(await bytesOf(photo(2000, 1500).jpeg()));
    const controller = new AbortController();
    const fitting = fitter.fit(original, limits({ maxEdge: 700 }), controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(fitting).rejects.toBe(reason);
    await expect(fitter.fit(original, limits({ maxEdge: 700 }), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
    expect(inspectImage((await fit(original, { maxEdge: 700 })).bytes)?.width).toBe(700);
  });

  test('meets the limits of a chat wire with each format', async () => {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const original = part(await bytesOf(photo(300, 200)[format]()));
      const fitted = await fit(original, { maxBytes: 9_000, maxEdge: 250 });
      expect(fitted.bytes.length).toBeLessThanOrEqual(9_000);
    }
  });
});
