import { Reader, type Frame } from './facts.ts';
import { forward } from './forward.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;

/** GIF89a: blocks until the trailer. Its frames are counted to two; many files lack the trailer and are whole. */
export function readGif(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes);
  let frames = 0;
  for (const at of forward(reader.length, 13 + colourTable(reader.u8(10)), (block) =>
    nextBlock(reader, block),
  )) {
    if (reader.u8(at) === IMAGE && afterImage(reader, at) <= reader.length) frames += 1;
    if (frames === 2) break;
  }
  const [width, height] = [reader.u16(6, true), reader.u16(8, true)];
  // Frames are drawn onto a canvas of four channels.
  return { width, height, animated: frames > 1, complete: frames > 0, decodeBytes: 4 * width * height };
}

const colourTable = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));

/** `undefined` at the trailer, and at what is not a block. */
function nextBlock(reader: Reader, at: number): number | undefined {
  if (reader.u8(at) === EXTENSION) return afterSubBlocks(reader, at + 2);
  return reader.u8(at) === IMAGE ? afterImage(reader, at) : undefined;
}

const afterImage = (reader: Reader, at: number): number =>
  afterSubBlocks(reader, at + 11 + colourTable(reader.u8(at + 9)));

/** Past the sub-blocks that begin here, their end marker included; beyond the file when they are cut. */
function afterSubBlocks(reader: Reader, from: number): number {
  for (const at of forward(reader.length, from, (block) => block + 1 + reader.u8(block))) {
    if (reader.u8(at) === 0) return at + 1;
  }
  return reader.length + 1;
}
