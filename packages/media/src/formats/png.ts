import { Reader, type Frame } from './facts.ts';
import { forward } from './forward.ts';

/** Channels by colour type; a palette is decoded to colours with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 4, 4: 2, 6: 4 };

/** PNG (W3C, third edition): IHDR comes first, IEND last; `acTL` before the pixels makes it an animation. */
export function readPng(bytes: Uint8Array): Frame | undefined {
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
  const [width, height] = [reader.u32(16), reader.u32(20)];
  const channels = Math.min(4, (CHANNELS[reader.u8(25)] ?? 4) + alpha);
  const whole = width * height * channels * (reader.u8(24) === 16 ? 2 : 1);
  const isInterlaced = reader.u8(28) !== 0;
  return { width, height, animated, complete, decodeBytes: isInterlaced ? whole : whole * ROWS };
}

/** Share of the pixels that is held when rows come in order (measured with sharp 0.35). */
const ROWS = 1 / 4;
