import { constants, inflateSync } from 'node:zlib';
import type { PdfFile } from './pdf-file.ts';
import { BrokenPdf, isArray, isDictionary, wholeIn, type PdfDictionary, type PdfScanner } from './scanner.ts';

/** Where the bytes of a stream stand in the file. */
export interface Extent {
  readonly from: number;
  readonly to: number;
}

const AFTER_LENGTH = /^[\0\t\n\f\r ]{0,4}endstream/;

/**
 * The bytes behind a dictionary that was just read. `length`: as the dictionary says it, where that is known; the word
 * `endstream` has to follow, else it is looked for.
 */
export function extentOf({ text, budget }: PdfFile, scanner: PdfScanner, length: number | undefined): Extent {
  scanner.expect('stream');
  const isPair = text.startsWith('\r\n', scanner.at);
  const from = scanner.at + (isPair ? 2 : 1);
  const told = from + (length ?? 0);
  if (length !== undefined && AFTER_LENGTH.test(text.slice(told, told + 13))) return { from, to: told };
  const to = text.indexOf('endstream', from);
  budget.left -= (to === -1 ? text.length : to) - from;
  if (to === -1) throw new BrokenPdf('a stream does not end');
  return { from, to };
}

/** What is in a stream: as it stands there, or by Flate, with the PNG predictors that cross-references have. */
export function dataOf(file: PdfFile, dictionary: PdfDictionary, { from, to }: Extent): Uint8Array {
  const packed = file.bytes.subarray(from, to);
  const filter = onlyOf(dictionary, 'Filter');
  if (filter === undefined || filter === null) return packed;
  if (filter !== '/FlateDecode' && filter !== '/Fl')
    throw new BrokenPdf('a stream has a filter that is not read');
  const data = unpack(file, packed);
  const parameters = onlyOf(dictionary, 'DecodeParms');
  const predictor = isDictionary(parameters) ? (wholeIn(parameters, 'Predictor') ?? 1) : 1;
  if (!isDictionary(parameters) || predictor === 1) return data;
  if (predictor < 10) throw new BrokenPdf('a stream has a predictor that is not read');
  return withoutPredictor(data, wholeIn(parameters, 'Columns') ?? 1);
}

/** A member that may stand in a list of one. */
function onlyOf(dictionary: PdfDictionary, name: string): ReturnType<PdfDictionary['get']> {
  const value = dictionary.get(name);
  if (!isArray(value)) return value;
  if (value.length > 1) throw new BrokenPdf(`a stream has several ${name}`);
  return value[0];
}

/** Broken data count as if they had been unpacked: nobody tells how far they went. */
function unpack(file: PdfFile, packed: Uint8Array): Uint8Array {
  if (file.room < 1) throw new BrokenPdf('its streams are too large');
  try {
    const data = inflateSync(packed, { maxOutputLength: file.room, finishFlush: constants.Z_SYNC_FLUSH });
    file.grant(data.length);
    return data;
  } catch {
    file.room -= MOST_INFLATED * packed.length;
    throw new BrokenPdf('a stream cannot be unpacked');
  }
}

/** Flate makes at most so many bytes of one. */
const MOST_INFLATED = 1032;

/** Rows of PNG (W3C, 9.2), one byte a sample: each begins with its filter. */
function withoutPredictor(data: Uint8Array, columns: number): Uint8Array {
  const width = columns + 1;
  if (columns < 1 || width > data.length) throw new BrokenPdf('a stream has rows that cannot be');
  const rows = Math.floor(data.length / width);
  const plain = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const filter = data[row * width] ?? 0;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const left = column === 0 ? 0 : (plain[at - 1] ?? 0);
      const above = row === 0 ? 0 : (plain[at - columns] ?? 0);
      const corner = row === 0 || column === 0 ? 0 : (plain[at - columns - 1] ?? 0);
      plain[at] = (data[row * width + 1 + column] ?? 0) + predicted(filter, left, above, corner);
    }
  }
  return plain;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return nearest(left + above - corner, left, above, corner);
    default:
      throw new BrokenPdf('a row has a filter that does not exist');
  }
}

/** Paeth's choice: of equally near ones the first. */
function nearest(guess: number, left: number, above: number, corner: number): number {
  const toLeft = Math.abs(guess - left);
  const toAbove = Math.abs(guess - above);
  const toCorner = Math.abs(guess - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
