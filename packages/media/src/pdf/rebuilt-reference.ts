import type { CrossReference, Entry } from './cross-reference.ts';
import type { PdfFile, PdfObject } from './pdf-file.ts';
import { readObjectStream } from './pdf-objects.ts';
import {
  AmbiguousPdf,
  BrokenPdf,
  isDictionary,
  wholeIn,
  type PdfDictionary,
  type PdfValue,
} from './scanner.ts';
import { dataOf, extentOf } from './stream-data.ts';

const MARKS = /(?<![\d.])\d{1,10}[\0\t\n\f\r ]{1,9}\d{1,5}[\0\t\n\f\r ]{1,9}obj(?![a-z])|\btrailer\b|%PDF-/g;

/**
 * A cross-reference made from the objects themselves, as readers repair one that is broken: of two objects with one
 * number the last one counts. Throws `AmbiguousPdf` where a document inside of this one might be taken for it.
 */
export function rebuildCrossReference(file: PdfFile): CrossReference {
  const entries = new Map<number, Entry>();
  const marks = new RegExp(MARKS);
  let root: PdfValue | undefined;
  let catalog: PdfValue | undefined;
  let encrypted = false;
  marks.lastIndex = file.begin + '%PDF-'.length;
  for (let mark = marks.exec(file.text); mark !== null; mark = marks.exec(file.text)) {
    if (mark[0] === '%PDF-') throw new AmbiguousPdf('a document stands in this one');
    const found = attempted(() => readMark(file, mark));
    if (file.isSpent) break;
    if (found === undefined) continue;
    const { value, number, behind } = found;
    marks.lastIndex = Math.max(behind, marks.lastIndex);
    if (number !== undefined) entries.set(number, { at: mark.index });
    for (const inner of found.inside) entries.set(inner, { stream: number ?? 0 });
    if (!isDictionary(value)) continue;
    if (value.get('Type') === '/Catalog' && number !== undefined) catalog = { object: number };
    // A cross-reference that is a stream is its own trailer.
    if (number !== undefined && value.get('Type') !== '/XRef') continue;
    root = value.get('Root') ?? root;
    encrypted ||= value.has('Encrypt');
  }
  return { entries, root: root ?? catalog, encrypted };
}

interface Found {
  /** `undefined` for a trailer. */
  readonly number: number | undefined;
  readonly value: PdfValue;
  /** Numbers of the objects in this one, if it is a stream of such. */
  readonly inside: readonly number[];
  /** Where to look on. */
  readonly behind: number;
}

function readMark(file: PdfFile, { 0: mark, index }: RegExpExecArray): Found {
  if (mark === 'trailer') {
    const scanner = file.scanner(index + mark.length);
    return { number: undefined, value: scanner.value(), inside: [], behind: scanner.at };
  }
  const object = file.objectAt(index);
  const { number, value, scanner } = object;
  const behind = scanner.at;
  if (!isDictionary(value) || attempted(() => scanner.token()) !== 'stream')
    return { number, value, inside: [], behind };
  scanner.at = behind;
  return { number, value, ...throughStream(file, value, object) };
}

function throughStream(
  file: PdfFile,
  dictionary: PdfDictionary,
  { scanner }: PdfObject,
): Pick<Found, 'inside' | 'behind'> {
  const length = wholeIn(dictionary, 'Length');
  const extent = extentOf(file, scanner, length);
  if (extent.to - extent.from !== length && file.text.slice(extent.from, extent.to).includes('%PDF-'))
    throw new AmbiguousPdf('the document in this one has no length');
  const inside =
    dictionary.get('Type') === '/ObjStm'
      ? attempted(() => readObjectStream(file, dictionary, dataOf(file, dictionary, extent)).numbers)
      : undefined;
  return { inside: inside ?? [], behind: extent.to };
}

/** Broken objects are passed over, as long as there is work to be spent. */
function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BrokenPdf && !(error instanceof AmbiguousPdf)) return undefined;
    throw error;
  }
}
