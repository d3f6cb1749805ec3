import { Reader, type Frame } from './facts.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;

/** GIF89a: blocks until the trailer. Its frames are counted to two; many files lack the trailer and are whole. */
export function readGif(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes);
  let at = 13 + colourTable(reader.u8(10));
  let frames = 0;
  while (at < reader.length && frames < 2) {
    const block = reader.u8(at);
    if (block === EXTENSION) at = afterSubBlocks(reader, at + 2);
    else if (block === IMAGE) {
      at = afterSubBlocks(reader, at + 11 + colourTable(reader.u8(at + 9)));
      if (at <= reader.length) frames += 1;
    } else break;
  }
  const [width, height] = [reader.u16(6, true), reader.u16(8, true)];
  // Frames are drawn onto a canvas of four channels.
  return { width, height, animated: frames > 1, complete: frames > 0, decodeBytes: 4 * width * height };
}

const colourTable = (packed: number): number => ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1));

/** Past the sub-blocks that begin here, their end marker included; beyond the file when they are cut. */
function afterSubBlocks(reader: Reader, from: number): number {
  let at = from;
  while (at < reader.length) {
    const length = reader.u8(at);
    at += 1 + length;
    if (length === 0) return at;
  }
  return reader.length + 1;
}
