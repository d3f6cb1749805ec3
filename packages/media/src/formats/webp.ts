import { Reader, type Frame } from './facts.ts';

const ANIMATION = 0x02;

/** WebP (RFC 9649): one of three first chunks, each with the size in a place of its own. */
export function readWebp(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes);
  const complete = reader.u32(4, true) + 8 <= reader.length;
  // Lossless pictures and canvases are held in four channels; a lossy one takes less.
  const frame = (width: number, height: number, animated = false): Frame => ({
    width,
    height,
    animated,
    complete,
    decodeBytes: 4 * width * height,
  });
  switch (reader.tag(12)) {
    case 'VP8 ':
      return frame(reader.u16(26, true) & 0x3fff, reader.u16(28, true) & 0x3fff);
    case 'VP8L': {
      const packed = reader.u32(21, true);
      return frame((packed & 0x3fff) + 1, ((packed >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return frame(reader.u24le(24) + 1, reader.u24le(27) + 1, (reader.u8(20) & ANIMATION) !== 0);
    default:
      return undefined;
  }
}
