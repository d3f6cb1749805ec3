/** What a file's header says of the picture in it; nothing was decoded. */
export interface ImageFacts {
  /** By its first bytes, whatever it was called. */
  readonly mediaType: string;
  /** Pixels as stored, before any turning; `undefined` where this format's header is not read. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly animated: boolean;
  /** Does the file reach its own end? A cut download does not. */
  readonly complete: boolean;
  /**
   * Bytes that a decoder has to hold at once, estimated; `undefined` where this format's header is not read. Most
   * formats can be decoded a few rows at a time, an interlaced or progressive file only as a whole.
   */
  readonly decodeBytes: number | undefined;
}

/** `'300x200'`, for messages. */
export const sizeOf = ({ width, height }: Partial<Pick<ImageFacts, 'width' | 'height'>>): string =>
  `${width ?? '?'}x${height ?? '?'}`;

/** What a format's own reader finds; `undefined` for a header that cannot be. */
export type Frame = Omit<ImageFacts, 'mediaType'>;

/** Numbers out of a file; beyond its end everything is 0, so that a cut header needs no check at every step. */
export class Reader {
  private readonly view: DataView;
  readonly length: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = bytes.byteLength;
  }

  u8(at: number): number {
    return at + 1 > this.length ? 0 : this.view.getUint8(at);
  }
  u16(at: number, little = false): number {
    return at + 2 > this.length ? 0 : this.view.getUint16(at, little);
  }
  u24(at: number): number {
    return this.u8(at) * 0x1_00_00 + this.u16(at + 1);
  }
  u24le(at: number): number {
    return this.u16(at, true) + this.u8(at + 2) * 0x1_00_00;
  }
  u32(at: number, little = false): number {
    return at + 4 > this.length ? 0 : this.view.getUint32(at, little);
  }
  /** Exact up to 2 ** 53, above that about right: enough to tell that it lies beyond the file. */
  u64(at: number, little = false): number {
    const [high, low] = little ? [at + 4, at] : [at, at + 4];
    return this.u32(high, little) * 2 ** 32 + this.u32(low, little);
  }
  f32(at: number): number {
    return at + 4 > this.length ? 0 : this.view.getFloat32(at);
  }
  f64(at: number): number {
    return at + 8 > this.length ? 0 : this.view.getFloat64(at);
  }
  /** Four characters. */
  tag(at: number): string {
    return String.fromCharCode(this.u8(at), this.u8(at + 1), this.u8(at + 2), this.u8(at + 3));
  }
}
