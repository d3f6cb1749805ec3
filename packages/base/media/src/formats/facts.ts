/** Facts about an image that its file header contains. */
export interface ImageFacts {
  /** Media type of the first bytes, which may differ from the declared media type. */
  readonly mediaType: string;
  /** Width in pixels before rotation; `undefined` for formats without a reader. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly animated: boolean;
  /** Whether the file is complete, as opposed to a truncated download. `true` for formats without a reader. */
  readonly complete: boolean;
  /**
   * Estimated memory of a decoder, in bytes. `undefined` for formats without a reader. Interlaced and progressive files are
   * decoded at once, and most other files row by row.
   */
  readonly decodeBytes: number | undefined;
}

/** Returns the size for messages, such as `300x200`. */
export const sizeOf = ({ width, height }: Partial<Pick<ImageFacts, 'width' | 'height'>>): string =>
  `${width ?? '?'}x${height ?? '?'}`;

/** Facts that the reader of a format returns. */
export type ImageHeader = Omit<ImageFacts, 'mediaType'>;

/** Reader of numbers in a file. A number beyond the end of the file is read as 0, so that truncated headers need no checks. */
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
  u24le(at: number): number {
    return this.u16(at, true) + this.u8(at + 2) * 0x1_00_00;
  }
  u32(at: number, little = false): number {
    return at + 4 > this.length ? 0 : this.view.getUint32(at, little);
  }
  /** Returns a number that is exact up to 2 ** 53. A larger number is approximate, but beyond the end of any file. */
  u64(at: number): number {
    return this.u32(at) * 2 ** 32 + this.u32(at + 4);
  }
  /** Returns four characters as a string. */
  tag(at: number): string {
    return String.fromCharCode(this.u8(at), this.u8(at + 1), this.u8(at + 2), this.u8(at + 3));
  }
}
