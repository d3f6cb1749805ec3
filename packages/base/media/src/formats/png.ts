import { Reader, type ImageHeader } from './facts.ts';
import { forward } from './forward.ts';

// Offsets in the file: 12 name of the first chunk, 16 width, 20 height, 24 bits per sample, 25 color type, 28 interlace method. A
// chunk consists of its length, its name, its data and a checksum, with 4 bytes each except the data.

/** Number of channels by color type. A palette is decoded to colors with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 4, 4: 2, 6: 4 };

/** Reads the chunks of a PNG (W3C, third edition): IHDR is first, IEND is last, and `acTL` marks an animation. */
export function readPng(bytes: Uint8Array): ImageHeader | undefined {
  const reader = new Reader(bytes);
  if (reader.tag(12) !== 'IHDR') return undefined;
  let animated = false;
  let alpha = 0;
  let complete = false;
  const afterChunk = (at: number): number => at + 12 + reader.u32(at);
  for (const at of forward(reader.length, 8, afterChunk)) {
    const type = reader.tag(at + 4);
    if (type === 'acTL') animated = true;
    if (type === 'tRNS') alpha = 1;
    if (type !== 'IEND') continue;
    complete = afterChunk(at) <= reader.length;
    break;
  }
  const width = reader.u32(16);
  const height = reader.u32(20);
  const channels = Math.min(4, (CHANNELS[reader.u8(25)] ?? 4) + alpha);
  const decoded = width * height * channels * (reader.u8(24) === 16 ? 2 : 1);
  const isInterlaced = reader.u8(28) !== 0;
  return { width, height, animated, complete, decodeBytes: isInterlaced ? decoded : decoded * SHARE_BY_ROWS };
}

/** Share of the pixels that are in memory if the rows are decoded in order (measured with sharp 0.35). */
const SHARE_BY_ROWS = 1 / 4;
