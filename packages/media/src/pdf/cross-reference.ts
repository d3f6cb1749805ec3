import { dictionaryOf, type PdfFile } from './pdf-file.ts';
import {
  BrokenPdf,
  isArray,
  wholeIn,
  type PdfDictionary,
  type PdfScanner,
  type PdfValue,
} from './scanner.ts';
import { dataOf, extentOf } from './stream-data.ts';

/** Where an object stands: at an offset of the file, in an object stream, or nowhere any more. */
export type Entry = { readonly at: number } | { readonly stream: number } | 'free';

/** What the file says of itself, as its last save left it. */
export interface CrossReference {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly root: PdfValue | undefined;
  readonly encrypted: boolean;
}

/** One section: a save of the file adds one, which says where the section before it stands. */
interface Section {
  readonly trailer: PdfDictionary;
  /** In the order in which they count. */
  readonly entries: readonly (readonly [number: number, entry: Entry])[];
}

/** The chain of sections from the last one back; what a later save says of an object counts. */
export function readCrossReference(file: PdfFile): CrossReference {
  const start = file.text.lastIndexOf('startxref');
  if (start === -1) throw new BrokenPdf('it does not say where its cross-reference is');
  const entries = new Map<number, Entry>();
  const seen = new Set<number>();
  let root: PdfValue | undefined;
  let encrypted = false;
  let next: number | undefined = file.scanner(start + 'startxref'.length).count();
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    const section = readSection(file, next);
    for (const [number, entry] of section.entries) if (!entries.has(number)) entries.set(number, entry);
    root ??= section.trailer.get('Root');
    encrypted ||= section.trailer.has('Encrypt');
    next = wholeIn(section.trailer, 'Prev');
  }
  return { entries, root, encrypted };
}

function readSection(file: PdfFile, offset: number): Section {
  for (const at of [offset, offset + file.begin]) {
    const scanner = file.scanner(at);
    if (/^[\0\t\n\f\r ]*xref/.test(file.text.slice(at, at + 16))) return readTable(file, scanner);
  }
  return readStream(file, offset);
}

/** `xref`, subsections of entries, and the trailer. */
function readTable(file: PdfFile, scanner: PdfScanner): Section {
  scanner.expect('xref');
  const used: [number, Entry][] = [];
  const free: [number, Entry][] = [];
  let token = scanner.token();
  for (; /^\d+$/.test(token); token = scanner.token()) {
    const first = Number(token);
    const count = scanner.count();
    for (let index = 0; index < count; index++) {
      const at = scanner.count();
      scanner.count();
      const kind = scanner.token();
      if (kind === 'n') used.push([first + index, { at }]);
      else if (kind === 'f') free.push([first + index, 'free']);
      else throw new BrokenPdf('a cross-reference has an entry that cannot be');
    }
  }
  if (token !== 'trailer') throw new BrokenPdf('a cross-reference has no trailer');
  const trailer = dictionaryOf(scanner.value());
  // Hybrid files: what older readers take for free stands in a stream.
  const hidden = wholeIn(trailer, 'XRefStm');
  return {
    trailer,
    entries: [...used, ...(hidden === undefined ? [] : readStream(file, hidden).entries), ...free],
  };
}

/** The same as a stream: fields of as many bytes as `W` says. */
function readStream(file: PdfFile, offset: number): Section {
  const { value, scanner } = file.objectAt(offset);
  const trailer = dictionaryOf(value);
  if (trailer.get('Type') !== '/XRef') throw new BrokenPdf('a cross-reference is missing');
  const data = dataOf(file, trailer, extentOf(file, scanner, wholeIn(trailer, 'Length')));
  const widths = numbersIn(trailer.get('W'));
  const [kindWidth = 0, placeWidth = 0, moreWidth = 0] = widths;
  const width = kindWidth + placeWidth + moreWidth;
  if (widths.length !== 3 || width < 1 || width > 24) throw new BrokenPdf('a cross-reference has no widths');
  const entries: [number, Entry][] = [];
  let at = 0;
  const index = trailer.has('Index') ? numbersIn(trailer.get('Index')) : [0, wholeIn(trailer, 'Size') ?? 0];
  for (let pair = 0; pair + 1 < index.length; pair += 2) {
    const [first = 0, count = 0] = index.slice(pair, pair + 2);
    for (let number = first; number < first + count && at + width <= data.length; number++, at += width) {
      const kind = kindWidth === 0 ? 1 : bigEndian(data, at, kindWidth);
      const place = bigEndian(data, at + kindWidth, placeWidth);
      entries.push([number, kind === 1 ? { at: place } : kind === 2 ? { stream: place } : 'free']);
    }
  }
  return { trailer, entries };
}

function bigEndian(data: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let byte = at; byte < at + width; byte++) value = value * 256 + (data[byte] ?? 0);
  return value;
}

function numbersIn(value: PdfValue | undefined): readonly number[] {
  if (!isArray(value)) return [];
  return value.map((each) => {
    if (typeof each !== 'number' || !Number.isSafeInteger(each) || each < 0)
      throw new BrokenPdf('a cross-reference has a number that cannot be');
    return each;
  });
}
