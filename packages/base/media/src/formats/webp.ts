import { Reader, type ImageHeader } from './facts.ts';

const ANIMATION = 0x02;

/** Reads a WebP (RFC 9649). Each of the three possible first chunks stores the size differently. */
export function readWebp(bytes: Uint8Array): ImageHeader | undefined {
  const reader = new Reader(bytes);
  // The size in the header of the file does not include the first eight bytes.
  const complete = reader.u32(4, true) + 8 <= reader.length;
  // Lossless images and canvases have four channels. A lossy image needs less memory.
  const frame = (width: number, height: number, animated = false): ImageHeader => ({
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
