import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Files of blank images. Large files are created quickly, because their data repeats one block. */

interface PngShape {
  /** Color type of the standard. 0 is grayscale, 2 has three channels, 6 has four. */
  readonly colour?: 0 | 2 | 6;
  readonly depth?: 1 | 8 | 16;
  readonly interlaced?: boolean;
}

/** Horizontal and vertical start and step of each Adam7 pass. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Returns a blank PNG. A file of one megabyte can declare a billion pixels. */
export function blankPng(width: number, height: number, shape: PngShape = {}): Uint8Array {
  const { colour = 0, depth = 1, interlaced = false } = shape;
  const bits = depth * { 0: 1, 2: 3, 6: 4 }[colour];
  const passes = interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  const rawBytes = passes
    .map(([x, y, across, down]) => [Math.ceil((width - x) / across), Math.ceil((height - y) / down)] as const)
    .filter(([columns, rows]) => columns > 0 && rows > 0)
    .reduce((sum, [columns, rows]) => sum + rows * (1 + Math.ceil((columns * bits) / 8)), 0);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return new Uint8Array(
    Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', zeros(rawBytes)), chunk('IEND')]),
  );
}

function chunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** Returns a zlib stream of `bytes` zeros. */
function zeros(bytes: number): Buffer {
  const block = 2 ** 20;
  const compressedBlock = deflateRawSync(Buffer.alloc(block), { finishFlush: constants.Z_FULL_FLUSH });
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE((bytes % 65521) * 2 ** 16 + 1);
  return Buffer.concat([
    Buffer.from([0x78, 0x9c]),
    ...Array.from({ length: Math.floor(bytes / block) }, () => compressedBlock),
    deflateRawSync(Buffer.alloc(bytes % block)),
    checksum,
  ]);
}

/** Returns a gray JPEG of three components without subsampling, with one progressive scan of one bit per block. */
export function blankProgressiveJpeg(width: number, height: number): Uint8Array {
  const segment = (marker: number, ...data: number[]): number[] => [
    0xff,
    marker,
    (data.length + 2) >> 8,
    (data.length + 2) & 255,
    ...data,
  ];
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const head = [
    0xff,
    0xd8,
    ...segment(0xdb, 0, ...Array.from({ length: 64 }, () => 1)),
    ...segment(0xc2, 8, ...size, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0),
    ...segment(0xc4, 0, 1, ...Array.from({ length: 15 }, () => 0), 0),
    ...segment(0xda, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0),
  ];
  const blocks = 3 * Math.ceil(width / 8) * Math.ceil(height / 8);
  return new Uint8Array(
    Buffer.concat([Buffer.from(head), Buffer.alloc(Math.ceil(blocks / 8)), Buffer.from([0xff, 0xd9])]),
  );
}
