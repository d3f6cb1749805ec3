import { image, type ImageLimits, type ImagePart } from '@majordomo/core';
import sharp from 'sharp';
import type { Sharp } from '../src/index.ts';

export const ANY: readonly string[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];

export const notAborted: AbortSignal = new AbortController().signal;

export const limits = (more: Partial<ImageLimits> = {}): ImageLimits => ({
  mediaTypes: ANY,
  maxBytes: 5e6,
  ...more,
});

export const part = (bytes: Uint8Array, mediaType = 'image/png'): ImagePart =>
  image(new Uint8Array(bytes), mediaType);

/** Returns a gradient with seeded noise, which compresses like a photo and not like a flat area. */
export function photo(width: number, height: number, channels: 3 | 4 = 3): ReturnType<Sharp> {
  const pixels = new Uint8Array(width * height * channels);
  let seed = 1;
  for (let at = 0; at < pixels.length; at++) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    const pixel = Math.floor(at / channels);
    pixels[at] =
      (((pixel % width) * 200) / width + Math.floor(pixel / width / 8) + ((seed >> 16) & 31)) & 255;
  }
  return sharp(pixels, { raw: { width, height, channels } });
}

export async function bytesOf(pipeline: ReturnType<Sharp>): Promise<Uint8Array> {
  return new Uint8Array(await pipeline.toBuffer());
}

/** Returns an image with several frames. */
export async function animation(format: 'gif' | 'webp', frames = 3): Promise<Uint8Array> {
  const frameImages = await Promise.all(
    Array.from({ length: frames }, (_, index) =>
      sharp({ create: { width: 20, height: 10, channels: 3, background: `rgb(${index * 80},0,0)` } })
        .png()
        .toBuffer(),
    ),
  );
  return bytesOf(sharp(frameImages, { join: { animated: true } })[format]({ loop: 0, delay: 100 }));
}

/** Returns sharp with a record of every opened image and of the quality of every encoding. */
export function spiedSharp(): {
  readonly sharp: Sharp;
  readonly opened: number[];
  readonly qualities: unknown[];
} {
  const opened: number[] = [];
  const qualities: unknown[] = [];
  const spy = (input: Uint8Array, options?: object): ReturnType<Sharp> => {
    const pipeline = sharp(input, options);
    const encode = pipeline.toFormat.bind(pipeline);
    if (options === undefined || !('raw' in options)) opened.push(input.length);
    pipeline.toFormat = (format, settings) => {
      qualities.push(settings !== undefined && 'quality' in settings ? settings.quality : format);
      return encode(format, settings);
    };
    return pipeline;
  };
  return {
    sharp: Object.assign(spy, sharp),
    opened,
    qualities,
  };
}
