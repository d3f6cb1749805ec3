import { Reader, type ImageHeader } from './facts.ts';

const ANIMATION = 0x02;

// Offsets in the file: 4 size, 12 name of the first chunk, 20 data of the first chunk. A `VP8 ` frame has its size after 6 bytes, a
// `VP8L` image after 1 byte, with 14 bits for each edge, and a `VP8X` canvas after 4 bytes. The last two store one less than the size.

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
