import { inflateSync } from 'node:zlib';
import {
  countIn,
  isArray,
  isDictionary,
  PdfScanner,
  UnreadablePdf,
  type Budget,
  type PdfDictionary,
  type PdfValue,
} from './scanner.ts';

/** Maximum size of all decompressed streams of a file, in bytes. */
const MAX_INFLATED = 32 * 2 ** 20;
/** Maximum average number of times that a character of the file is read. */
const READINGS = 10;

/** Reader for the bytes of a PDF. The length of the file limits the amount of work. */
export class PdfFile {
  /** Content of the file, with one character per byte. */
  readonly text: string;
  private readonly bytes: Uint8Array;
  private readonly budget: Budget;
  /** Number of bytes to which further streams may still inflate. */
  private room: number = MAX_INFLATED;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.text = latin1(bytes);
    this.budget = { left: READINGS * this.text.length };
  }

  scanner(at: number, text: string = this.text): PdfScanner {
    return new PdfScanner(text, at, this.budget);
  }

  /** Reads `12 0 obj` and its value. The scanner stops where a stream may follow. */
  objectAt(offset: number): { number: number; value: PdfValue; scanner: PdfScanner } {
    const scanner = this.scanner(offset);
    const number = scanner.count();
    // The generation is not needed.
    scanner.count();
    scanner.expect('obj');
    return { number, value: scanner.value(), scanner };
  }

  /**
   * Reads the data after a stream's dictionary, and inflates the data if they are compressed. `length`: value of the dictionary's
   * `Length`, to which the dictionary may contain only a reference.
   */
  streamData(dictionary: PdfDictionary, scanner: PdfScanner, length: PdfValue | undefined): Uint8Array {
    scanner.expect('stream');
    const from = scanner.at + (this.text.startsWith('\r\n', scanner.at) ? 2 : 1);
    // Without a valid length, `to` is NaN, and the check finds no `endstream`.
    const to = from + (typeof length === 'number' ? length : NaN);
    if (!/^[\0\t\n\f\r ]{0,4}endstream/.test(this.text.slice(to, to + 13)))
      throw new UnreadablePdf('a stream does not end after its declared length');
    const data = this.bytes.subarray(from, to);
    const filter = onlyOf(dictionary.get('Filter'));
    if (filter === undefined || filter === null) return data;
    if (filter !== '/FlateDecode') throw new UnreadablePdf('the filter of a stream is not supported');
    const parameters = onlyOf(dictionary.get('DecodeParms'));
    const inflated = this.inflate(data);
    if (!isDictionary(parameters) || (parameters.get('Predictor') ?? 1) === 1) return inflated;
    return withoutPredictor(inflated, countIn(parameters, 'Columns') ?? 1);
  }

  private inflate(data: Uint8Array): Uint8Array {
    try {
      // zlib does not accept a limit of 0.
      const inflated = inflateSync(data, { maxOutputLength: Math.max(1, this.room) });
      this.room -= inflated.length;
      // The inflated text is read, too.
      this.budget.left += READINGS * inflated.length;
      return inflated;
    } catch {
      throw new UnreadablePdf('a stream cannot be inflated');
    }
  }
}

/** Returns the only element of a list. Returns any other value unchanged. Throws for a list of several elements. */
function onlyOf(value: PdfValue | undefined): PdfValue | undefined {
  if (!isArray(value)) return value;
  if (value.length > 1) throw new UnreadablePdf('a stream has several filters');
  return value[0];
}

/** Reverses the PNG predictor (W3C, 9.2). Supports only the filters None and Up, which cross-reference streams use. */
function withoutPredictor(data: Uint8Array, columns: number): Uint8Array {
  const width = columns + 1;
  const rows = Math.floor(data.length / width);
  const plain = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const filter = data[row * width] ?? 0;
    if (filter !== 0 && filter !== 2) throw new UnreadablePdf('the filter of a row is not supported');
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      plain[at] = (data[row * width + 1 + column] ?? 0) + (filter === 2 ? (plain[at - columns] ?? 0) : 0);
    }
  }
  return plain;
}

export const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
