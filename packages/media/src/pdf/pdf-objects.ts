import type { CrossReference } from './cross-reference.ts';
import { dictionaryOf, type PdfFile } from './pdf-file.ts';
import {
  BrokenPdf,
  isReference,
  wholeIn,
  type PdfDictionary,
  type PdfScanner,
  type PdfValue,
} from './scanner.ts';
import { dataOf, extentOf } from './stream-data.ts';

/** Objects by number, each read once. */
export class PdfObjects {
  private readonly file: PdfFile;
  private readonly entries: CrossReference['entries'];
  private readonly known = new Map<number, PdfValue>();
  private readonly streams = new Map<number, ObjectStream>();

  constructor(file: PdfFile, { entries }: CrossReference) {
    this.file = file;
    this.entries = entries;
  }

  /** The value itself, or that of the object which it names; `null` for one that there is not. */
  get(value: PdfValue | undefined): PdfValue {
    if (!isReference(value)) return value ?? null;
    const { object } = value;
    const known = this.known.get(object);
    if (known !== undefined) return known;
    const read = this.read(object);
    this.known.set(object, read);
    return read;
  }

  private read(number: number): PdfValue {
    const entry = this.entries.get(number);
    if (entry === undefined || entry === 'free') return null;
    if ('stream' in entry) return this.streamOf(entry.stream).value(number);
    const found = this.file.objectAt(entry.at);
    if (found.number !== number) throw new BrokenPdf(`object ${number} is not where it should be`);
    return found.value;
  }

  private streamOf(number: number): ObjectStream {
    const known = this.streams.get(number);
    if (known !== undefined) return known;
    const entry = this.entries.get(number);
    if (entry === undefined || entry === 'free' || !('at' in entry))
      throw new BrokenPdf(`object stream ${number} is missing`);
    const found = this.file.objectAt(entry.at);
    if (found.number !== number) throw new BrokenPdf(`object stream ${number} is not where it should be`);
    const dictionary = dictionaryOf(found.value);
    const length = this.get(dictionary.get('Length'));
    const extent = extentOf(this.file, found.scanner, typeof length === 'number' ? length : undefined);
    const stream = readObjectStream(this.file, dictionary, dataOf(this.file, dictionary, extent));
    this.streams.set(number, stream);
    return stream;
  }
}

/** Objects that stand in one stream. */
export interface ObjectStream {
  readonly numbers: readonly number[];
  value(number: number): PdfValue;
}

/** Pairs of number and offset come first. */
export function readObjectStream(file: PdfFile, dictionary: PdfDictionary, data: Uint8Array): ObjectStream {
  const count = wholeIn(dictionary, 'N') ?? 0;
  const first = wholeIn(dictionary, 'First') ?? 0;
  const header: PdfScanner = file.inner(data, 0);
  const offsets = new Map<number, number>();
  for (let pair = 0; pair < count; pair++) offsets.set(header.count(), first + header.count());
  return {
    numbers: [...offsets.keys()],
    value(number) {
      const at = offsets.get(number);
      if (at === undefined) throw new BrokenPdf(`object ${number} is not in its stream`);
      header.at = at;
      return header.value();
    },
  };
}
