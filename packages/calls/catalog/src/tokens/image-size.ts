/** Width and height of an image in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

// Beginnings of files and chunks, as big-endian numbers.
const PNG = 0x89504e47;
const GIF = 0x47494638;
const JPEG = 0xffd8;
const RIFF = 0x52494646;
const WEBP = 0x57454250;
/** Chunks of WebP with the size: extended, lossy and lossless. */
const VP8X = 0x56503858;
const VP8 = 0x56503820;
const VP8L = 0x5650384c;

/** Returns the size in the header of a PNG, JPEG, GIF or WebP; `undefined` for other or truncated data. */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const start = view.getUint32(0);
    if (start === PNG) return sized(view.getUint32(16), view.getUint32(20));
    if (start === GIF) return sized(view.getUint16(6, true), view.getUint16(8, true));
    if (view.getUint16(0) === JPEG) return jpegSize(view);
    if (start === RIFF && view.getUint32(8) === WEBP) return webpSize(view);
  } catch (error) {
    // A RangeError means that the image is truncated.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

const sized = (width: number, height: number): ImageSize | undefined =>
  width > 0 && height > 0 ? { width, height } : undefined;

/** Reads the segments of a JPEG up to the frame header, which contains the size. */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    // Further bytes 0xff before a marker are padding.
    if (marker === 0xff) {
      at++;
      continue;
    }
    // The other markers of this range are tables: DHT, JPG and DAC.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return sized(view.getUint16(at + 7), view.getUint16(at + 5));
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpSize(view: DataView): ImageSize | undefined {
  const chunk = view.getUint32(12);
  const uint24 = (at: number): number => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
  // Extended and lossless files store the size minus 1. Lossy and lossless files use 14 bits for each edge.
  if (chunk === VP8X) return sized(uint24(24) + 1, uint24(27) + 1);
  if (chunk === VP8) return sized(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
  if (chunk !== VP8L) return undefined;
  const bits = view.getUint32(21, true);
  return sized((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
}
