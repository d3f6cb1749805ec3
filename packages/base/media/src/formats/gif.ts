import { Reader, type ImageHeader } from './facts.ts';
import { forward } from './forward.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;

// Offsets in the file: 6 width, 8 height, 10 flags of the color table, 13 color table.
// Offsets in an image block: 1 left, 3 top, 5 width, 7 height, 9 flags of the color table, 10 color table, then one byte of code
// size, then sub-blocks.

/**
 * Reads the blocks of a GIF89a up to the trailer, which may be missing. Decoders make the canvas as large as the largest frame,
 * so a file with a declared size of 1x1 may become 20000x20000.
 */
export function readGif(bytes: Uint8Array): ImageHeader | undefined {
  const reader = new Reader(bytes);
  let completeFrames = 0;
  let [width, height] = [reader.u16(6, true), reader.u16(8, true)];
  for (const at of forward(reader.length, 13 + colorTable(reader.u8(10)), (block) =>
    nextBlock(reader, block),
  )) {
    if (reader.u8(at) !== IMAGE) continue;
    width = Math.max(width, reader.u16(at + 1, true) + reader.u16(at + 5, true));
    height = Math.max(height, reader.u16(at + 3, true) + reader.u16(at + 7, true));
    // A truncated frame also enlarges the canvas, but is not complete.
    const isComplete = afterImage(reader, at) <= reader.length;
    if (isComplete) completeFrames += 1;
  }
  // Decoders draw frames onto a canvas with four channels.
  return {
    width,
    height,
    animated: completeFrames > 1,
    // A decoder shows a file whose first frame is complete.
    complete: completeFrames > 0,
    decodeBytes: 4 * width * height,
  };
}

const colorTable = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));

/** Returns the position after this block, or `undefined` at the trailer or an unknown block. */
function nextBlock(reader: Reader, at: number): number | undefined {
  if (reader.u8(at) === EXTENSION) return afterSubBlocks(reader, at + 2);
  return reader.u8(at) === IMAGE ? afterImage(reader, at) : undefined;
}

const afterImage = (reader: Reader, at: number): number =>
  afterSubBlocks(reader, at + 11 + colorTable(reader.u8(at + 9)));

/** Returns the position after the sub-blocks and their end marker, or a position beyond the end of a truncated file. */
function afterSubBlocks(reader: Reader, from: number): number {
  for (const at of forward(reader.length, from, (block) => block + 1 + reader.u8(block))) {
    if (reader.u8(at) === 0) return at + 1;
  }
  return reader.length + 1;
}
