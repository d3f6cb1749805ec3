import { Reader, type Frame } from './facts.ts';

const START_OF_SCAN = 0xda;

interface FrameHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly isProgressive: boolean;
  /** Samples of all components for one pixel: 3 without subsampling, 1.5 with the usual one. */
  readonly samples: number;
}

/** JPEG (T.81): segments until the first scan; the frame's header among them has the size. */
export function readJpeg(bytes: Uint8Array): Frame | undefined {
  const reader = new Reader(bytes);
  let header: FrameHeader | undefined;
  let at = 2;
  while (at + 4 <= reader.length) {
    if (reader.u8(at) !== 0xff) return undefined;
    const marker = reader.u8(at + 1);
    if (marker === 0xff) {
      at += 1; // Fill bytes may stand before a marker.
      continue;
    }
    if (isFrameHeader(marker)) header = frameHeader(reader, at);
    if (marker === START_OF_SCAN) break;
    at += 2 + Math.max(2, reader.u16(at + 2));
  }
  if (header === undefined) return undefined;
  const { width, height, samples, components, isProgressive } = header;
  // Where the first scan is not the whole picture, two bytes of each sample are held until the last has been read.
  const isHeld = isProgressive || reader.u8(at + 4) < components;
  const decodeBytes = width * height * (isHeld ? 2 * samples : ROWS);
  return { width, height, animated: false, complete: endsAfter(bytes, at), decodeBytes };
}

/** Bytes a pixel that are held when rows come in order (measured with sharp 0.35). */
const ROWS = 1 / 4;

function frameHeader(reader: Reader, at: number): FrameHeader {
  const components = reader.u8(at + 9);
  const factors = Array.from({ length: components }, (_, index) => reader.u8(at + 11 + 3 * index));
  const [across, down] = [factors.map((packed) => packed >> 4), factors.map((packed) => packed & 15)];
  const areas = factors.reduce((sum, packed) => sum + (packed >> 4) * (packed & 15), 0);
  return {
    height: reader.u16(at + 5),
    width: reader.u16(at + 7),
    components,
    isProgressive: (reader.u8(at + 1) & 3) === 2,
    samples: areas / Math.max(1, Math.max(...across) * Math.max(...down)),
  };
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
