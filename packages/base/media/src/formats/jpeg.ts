import { Reader, type ImageHeader } from './facts.ts';
import { forward } from './forward.ts';

const START_OF_SCAN = 0xda;

// Offsets in a frame header, from its marker: 5 height, 7 width, 9 number of components, 10 components of 3 bytes, whose second byte
// has the horizontal and the vertical sampling factor. Offset 4 of a scan header is its number of components.

interface FrameHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly isProgressive: boolean;
  /** Number of samples of all components per pixel: 3 without subsampling, usually 1.5. */
  readonly samples: number;
}

/** Reads the segments of a JPEG (T.81) up to the first scan. The frame header contains the size. */
export function readJpeg(bytes: Uint8Array): ImageHeader | undefined {
  const reader = new Reader(bytes);
  let header: FrameHeader | undefined;
  let scan: number | undefined;
  for (const at of forward(bytes.length, nextMarker(bytes, 2), (marker) =>
    nextSegment(reader, bytes, marker),
  )) {
    const marker = reader.u8(at + 1);
    if (isFrameHeader(marker)) header = frameHeader(reader, at);
    if (marker === START_OF_SCAN) {
      scan = at;
      break;
    }
  }
  if (header === undefined) return undefined;
  const { width, height, samples, components, isProgressive } = header;
  // If the first scan is not the complete image, a decoder stores two bytes per sample until the last scan.
  const hasSeveralScans = isProgressive || (scan !== undefined && reader.u8(scan + 4) < components);
  const decodeBytes = width * height * (hasSeveralScans ? 2 * samples : BYTES_PER_PIXEL_BY_ROWS);
  return {
    width,
    height,
    animated: false,
    complete: scan !== undefined && endsAfter(bytes, scan),
    decodeBytes,
  };
}

/** Returns the position of the marker after a segment. Restart markers, SOI and TEM have no length. */
function nextSegment(reader: Reader, bytes: Uint8Array, at: number): number {
  const marker = reader.u8(at + 1);
  const isBare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
  return nextMarker(bytes, at + 2 + (isBare ? 0 : Math.max(2, reader.u16(at + 2))));
}

/** Returns the position of the next marker. Decoders skip fill bytes and other bytes before it (T.81 B.1.1.2, libjpeg). */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1];
    if (code !== undefined && code !== 0x00 && code !== 0xff) return at;
  }
  return bytes.length;
}

/** Memory per pixel if the rows are decoded in order, in bytes (measured with sharp 0.35). */
const BYTES_PER_PIXEL_BY_ROWS = 1 / 4;

function frameHeader(reader: Reader, at: number): FrameHeader {
  const components = reader.u8(at + 9);
  const factors = Array.from({ length: components }, (_, index) => reader.u8(at + 11 + 3 * index));
  const across = factors.map((packed) => packed >> 4);
  const down = factors.map((packed) => packed & 15);
  const areas = factors.reduce((sum, packed) => sum + (packed >> 4) * (packed & 15), 0);
  return {
    height: reader.u16(at + 5),
    width: reader.u16(at + 7),
    components,
    // SOF2, SOF6, SOF10 and SOF14.
    isProgressive: (reader.u8(at + 1) & 3) === 2,
    samples: areas / Math.max(1, Math.max(...across) * Math.max(...down)),
  };
}

/** Whether the marker is one of SOF0 to SOF15, except DHT, JPG and DAC. */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Whether an end marker follows the scan. Cameras append data, so the search starts at the end. */
function endsAfter(bytes: Uint8Array, scan: number): boolean {
  for (let at = bytes.length - 1; at > scan; at--) {
    at = bytes.lastIndexOf(0xd9, at);
    if (at <= scan) return false;
    if (bytes[at - 1] === 0xff) return true;
  }
  return false;
}
