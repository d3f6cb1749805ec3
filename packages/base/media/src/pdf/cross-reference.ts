import type { PdfFile } from './pdf-file.ts';
import {
  countIn,
  isArray,
  isDictionary,
  UnreadablePdf,
  type PdfDictionary,
  type PdfScanner,
  type PdfValue,
} from './scanner.ts';

/** Location of an object: an offset in the file, an object stream, or `free` for a deleted object. */
export type Entry = { readonly at: number } | { readonly stream: number } | 'free';

/** Objects and root of the file after its last save. */
export interface CrossReference {
  readonly entries: ReadonlyMap<number, Entry>;
  readonly root: PdfValue | undefined;
  readonly encrypted: boolean;
}

/** Section that one save of the file added. If two entries have the same object number, the first entry applies. */
interface Section {
  readonly trailer: PdfDictionary;
  readonly entries: readonly (readonly [number: number, entry: Entry])[];
}

/** Reads the sections from the last save back to the first. An entry of a later save takes precedence. */
export function readCrossReference(file: PdfFile): CrossReference {
  const start = file.text.lastIndexOf('startxref');
  if (start === -1) throw new UnreadablePdf('no startxref');
  const entries = new Map<number, Entry>();
  // A damaged file may refer to an earlier section again.
  const visited = new Set<number>();
  let root: PdfValue | undefined;
  let encrypted = false;
  let next: number | undefined = file.scanner(start + 'startxref'.length).count();
  while (next !== undefined && !visited.has(next)) {
    visited.add(next);
    const isTable = /^\s*xref/.test(file.text.slice(next, next + 16));
    const section = isTable ? readTable(file, file.scanner(next)) : readStream(file, next);
    for (const [number, entry] of section.entries) if (!entries.has(number)) entries.set(number, entry);
    root ??= section.trailer.get('Root');
    encrypted ||= section.trailer.has('Encrypt');
    next = countIn(section.trailer, 'Prev');
  }
  return { entries, root, encrypted };
}

/** Reads rows of an offset, a generation, and `n` for an object or `f` for a deleted one. The generation is not needed. */
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
      if (scanner.token() === 'n') used.push([first + index, { at }]);
      else free.push([first + index, 'free']);
    }
  }
  const trailer = scanner.value();
  if (token !== 'trailer' || !isDictionary(trailer)) throw new UnreadablePdf('no trailer');
  // In a hybrid file, this stream contains objects that the table declares free for older readers.
  const hidden = countIn(trailer, 'XRefStm');
  const more = hidden === undefined ? [] : readStream(file, hidden).entries;
  return { trailer, entries: [...used, ...more, ...free] };
}

/** Reads rows of three numbers: kind, place, and one that is not needed. `W` contains the width of each number in bytes. */
function readStream(file: PdfFile, offset: number): Section {
  const { value: trailer, scanner } = file.objectAt(offset);
  if (!isDictionary(trailer) || trailer.get('Type') !== '/XRef')
    throw new UnreadablePdf('no cross-reference');
  const data = file.streamData(trailer, scanner, trailer.get('Length'));
  const [kindWidth = 0, placeWidth = 0, moreWidth = 0] = countsIn(trailer.get('W'));
  const width = kindWidth + placeWidth + moreWidth;
  // Three numbers of at most 8 bytes.
  if (width < 1 || width > 24) throw new UnreadablePdf('a cross-reference has no widths');
  const index = trailer.has('Index') ? countsIn(trailer.get('Index')) : [0, countIn(trailer, 'Size') ?? 0];
  const entries: [number, Entry][] = [];
  let at = 0;
  for (let pair = 0; pair + 1 < index.length; pair += 2) {
    const [first = 0, count = 0] = index.slice(pair, pair + 2);
    for (let number = first; number < first + count && at + width <= data.length; number++, at += width) {
      // A row without a kind has the kind 1, an offset in the file.
      const kind = kindWidth === 0 ? 1 : bigEndian(data, at, kindWidth);
      const place = bigEndian(data, at + kindWidth, placeWidth);
      entries.push([number, kind === 1 ? { at: place } : kind === 2 ? { stream: place } : 'free']);
    }
  }
  return { trailer, entries };
}

const bigEndian = (data: Uint8Array, at: number, width: number): number =>
  data.subarray(at, at + width).reduce((value, byte) => value * 256 + byte, 0);

/** Returns the numbers of an array. An invalid number becomes NaN, with which no row is read, because every comparison is false. */
const countsIn = (value: PdfValue | undefined): readonly number[] =>
  isArray(value) ? value.map((each) => (typeof each === 'number' && each >= 0 ? each : NaN)) : [];
