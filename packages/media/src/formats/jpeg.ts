import { Reader, type Frame } from './facts.ts';

const START_OF_SCAN = 0xda;

/** JPEG (T.81): segments until the first scan; the frame's header among them has the size. */
export function readJpeg(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes);
  let size: { readonly width: number; readonly height: number } | undefined;
  let at = 2;
  while (at + 4 <= reader.length) {
    if (reader.u8(at) !== 0xff) return undefined;
    const marker = reader.u8(at + 1);
    if (marker === 0xff) {
      at += 1; // Fill bytes may stand before a marker.
      continue;
    }
    if (isFrameHeader(marker)) size = { height: reader.u16(at + 5), width: reader.u16(at + 7) };
    if (marker === START_OF_SCAN) break;
    at += 2 + Math.max(2, reader.u16(at + 2));
  }
  return size && { ...size, animated: false, complete: endsAfter(bytes, at) };
}

/** SOF0 to SOF15, without the three that are tables (DHT, JPG, DAC). */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Cameras put data of their own behind the end marker, so it is looked for from the back. */
function endsAfter(bytes: Uint8Array, scan: number): boolean {
  for (let at = bytes.length - 1; at > scan; at--) {
    at = bytes.lastIndexOf(0xd9, at);
    if (at <= scan) return false;
    if (bytes[at - 1] === 0xff) return true;
  }
  return false;
}
