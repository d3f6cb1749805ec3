import {
  BrokenPdf,
  isDictionary,
  PdfScanner,
  type Budget,
  type PdfDictionary,
  type PdfValue,
} from './scanner.ts';

/** Streams are unpacked up to this many bytes in all, so that a bomb stays small. */
const MOST_UNPACKED = 32 * 2 ** 20;
/** Characters read for each one that there is: an object is looked at by its number, then as a stream, then repaired. */
const READINGS = 10;
const HEADER_BYTES = 1024;

/** The bytes of a PDF, and what may still be done with them: work is bounded by the file's length. */
export class PdfFile {
  readonly bytes: Uint8Array;
  /** One character a byte. */
  readonly text: string;
  /** Of the header. Some writers count offsets from there. */
  readonly begin: number;
  readonly budget: Budget;
  /** Bytes that may still be unpacked. */
  room: number = MOST_UNPACKED;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.text = latin1(bytes);
    this.begin = Math.max(0, this.text.slice(0, HEADER_BYTES).indexOf('%PDF-'));
    this.budget = { left: READINGS * this.text.length + HEADER_BYTES };
  }

  /** Is all work done that the file is worth? Then nothing more can be read. */
  get isSpent(): boolean {
    return this.budget.left < 0;
  }

  scanner(at: number): PdfScanner {
    return new PdfScanner(this.text, at, this.budget);
  }

  /** The text of an unpacked stream is read on the same terms. */
  inner(data: Uint8Array, at: number): PdfScanner {
    return new PdfScanner(latin1(data), at, this.budget);
  }

  grant(unpacked: number): void {
    this.room -= unpacked;
    this.budget.left += READINGS * unpacked;
  }

  /** `12 0 obj` and what follows, at an offset that the file names. */
  objectAt(offset: number): PdfObject {
    const scanner = this.scanner(this.isObject(offset) ? offset : offset + this.begin);
    const number = scanner.count();
    scanner.count();
    scanner.expect('obj');
    return { number, value: scanner.value(), scanner };
  }

  private isObject(offset: number): boolean {
    return /^[\0\t\n\f\r ]*\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj/.test(this.text.slice(offset, offset + 40));
  }
}

/** An object of the file, with the scanner behind it: a stream may follow. */
export interface PdfObject {
  readonly number: number;
  readonly value: PdfValue;
  readonly scanner: PdfScanner;
}

export function dictionaryOf(value: PdfValue | undefined): PdfDictionary {
  if (!isDictionary(value)) throw new BrokenPdf('a dictionary is missing');
  return value;
}

const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
