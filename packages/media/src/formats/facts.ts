/** Facts about an image from the header of its file. */
export interface ImageFacts {
  /** Type of the first bytes, which may differ from the declared one. */
  readonly mediaType: string;
  /** Width in pixels before rotation; `undefined` for formats without a reader. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly animated: boolean;
  /** Whether the file is complete. A truncated download is not. */
  readonly complete: boolean;
  /**
   * Estimated memory of a decoder in bytes; `undefined` for formats without a reader. Most formats are decoded row by row, an
   * interlaced or progressive file at once.
   */
  readonly decodeBytes: number | undefined;
}

/** Returns the size for messages, such as `300x200`. */
export const sizeOf = ({ width, height }: Partial<Pick<ImageFacts, 'width' | 'height'>>): string =>
  `${width ?? '?'}x${height ?? '?'}`;

/** Facts that the reader of a format returns. */
export type ImageHeader = Omit<ImageFacts, 'mediaType'>;

/** Reads numbers of a file. Beyond its end they are 0, so that a truncated header needs no check at each step. */
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
  /** Exact up to 2 ** 53. Above that it is approximate, but beyond the end of any file. */
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
