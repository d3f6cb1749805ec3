import { Reader, type Frame } from './facts.ts';

const ANIMATION = 0x02;

/** WebP (RFC 9649): one of three first chunks, each with the size in a place of its own. */
export function readWebp(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes);
  const complete = reader.u32(4, true) + 8 <= reader.length;
  switch (reader.tag(12)) {
    case 'VP8 ':
      return {
        width: reader.u16(26, true) & 0x3fff,
        height: reader.u16(28, true) & 0x3fff,
        animated: false,
        complete,
      };
    case 'VP8L': {
      const packed = reader.u32(21, true);
      return {
        width: (packed & 0x3fff) + 1,
        height: ((packed >>> 14) & 0x3fff) + 1,
        animated: false,
        complete,
      };
    }
    case 'VP8X':
      return {
        width: reader.u24le(24) + 1,
        height: reader.u24le(27) + 1,
        animated: (reader.u8(20) & ANIMATION) !== 0,
        complete,
      };
    default:
      return undefined;
  }
}
