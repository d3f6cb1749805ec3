import { Buffer } from 'node:buffer';
import { createMediaFitter } from '@majordomo/media';
import sharp from 'sharp';
import { measure } from '../measure/measures.mjs';

const WIDTH = 4000;
const HEIGHT = 3000;
const EDGE = 1568;
const LOOSE = 5_000_000;
/** Small enough that the first quality does not do. */
const TIGHT = 120_000;
const limits = (maxBytes, maxEdge = EDGE) => ({ mediaTypes: ['image/jpeg', 'image/png'], maxBytes, maxEdge });

/** @type {import('./scenario.mjs').Scenario} */
export const images = {
  name: 'images',
  title: `A photo of 12 megapixels to ${EDGE} pixels`,
  sizes: { full: { rounds: 7, warmUp: 2 }, gate: { rounds: 9, warmUp: 1 } },
  async run(context) {
    const photo = await noisyPhoto();
    const small = await resized(photo);
    const { signal } = new AbortController();
    const fitter = createMediaFitter();
    // Results are kept by the bytes' identity: a copy is a photo that was never seen.
    const fit = (bytes, within) =>
      fitter.fit({ type: 'image', mediaType: 'image/jpeg', bytes: new Uint8Array(bytes) }, within, signal);
    const jobs = [
      job('one', 'sharp', 'resize and encode once', () => resized(photo)),
      job('one', 'majordomo', 'resize and encode once', () => fit(photo, limits(LOOSE))),
      job('ladder', 'majordomo', 'quality searched until it fits 120 kB', () => fit(photo, limits(TIGHT))),
      job('fits', 'majordomo', 'fits already', () => fit(small, limits(LOOSE))),
    ];
    return measure(context, { unit: 'ms wall', jobs, values: ({ wall }) => wall });
  },
  goals: [
    {
      row: 'image, one rung',
      atMost: 1.1,
      unit: '× sharp',
      figure: (read) => read.ratio('one', '-', 'sharp'),
    },
    {
      row: 'image, whole ladder',
      atMost: 1.5,
      stretch: 1.35,
      unit: '× sharp',
      figure: (read) => read.value('ladder', '-') / read.value('one', '-', 'sharp'),
    },
    { row: 'image, fits already', atMost: 2, unit: 'ms', figure: (read) => read.value('fits', '-') },
  ],
};

const job = (metric, subject, title, run) => ({ metric, subject, title, run, wire: '-', per: 1000 });

const resized = (photo) =>
  sharp(photo)
    .rotate()
    .resize({ width: EDGE, height: EDGE, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 85 })
    .toBuffer();

/** Gradients with the noise of a sensor, so that the file is as large as a camera's. */
function noisyPhoto() {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  let state = 1;
  for (let at = 0; at < pixels.length; at += 3) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const noise = state >>> 27;
    const x = (at / 3) % WIDTH;
    const y = Math.floor(at / 3 / WIDTH);
    pixels[at] = (x * 255) / WIDTH + noise;
    pixels[at + 1] = (y * 255) / HEIGHT + noise;
    pixels[at + 2] = ((x ^ y) & 255) / 2 + noise;
  }
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer();
}
